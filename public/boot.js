// Starts the page's program. Its file names carry hashes, so the build writes them into attributes
// of this script's own tag.
const { module, wasm } = document.querySelector("script[data-module]").dataset;
const address = (path) => new URL(path, document.baseURI).href;
const { default: start } = await import(address(module));
await start({ module_or_path: address(wasm) });

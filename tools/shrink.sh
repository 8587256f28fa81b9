# shellcheck shell=bash
# Shared by tools/relaxed-worker and tools/threaded-worker.

# shrink_worker NAME OPTION...: wasm-opt on that build of the worker, with what app/index.html says of Trunk's build and these options.
shrink_worker() {
  local module=$TRUNK_STAGING_DIR/$1_bg.wasm options
  shift
  options=$(sed -n 's/.*data-bin="worker".*//; /data-wasm-opt="3"/,/data-wasm-opt-params/s/.*data-wasm-opt-params="\([^"]*\)".*/\1/p' app/index.html)
  # shellcheck disable=SC2086
  wasm-opt -O3 $options "$@" "$module" -o "$module.opt"
  mv "$module.opt" "$module"
}

// The bundled gallery with embeddings in eight bits, written by what docs/gallery-format.md says.
import { createHash } from "node:crypto";
import { mkdtemp, readFile, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const BUNDLED = fileURLToPath(new URL("../../assets/galleries/scenes", import.meta.url));
/** Numbers that share a scale. */
const GROUP = 32;

/** Writes it into a folder of its own; answers that. */
export async function galleryInEightBits() {
  const folder = await mkdtemp(join(tmpdir(), "saysee-gallery-"));
  const manifest = JSON.parse(await readFile(join(BUNDLED, "gallery.json"), "utf8"));
  const { count, dimension, embeddings } = manifest;
  const numbers = halves(await readFile(join(BUNDLED, embeddings.file)), embeddings.tensor);
  const scales = new Float32Array(numbers.length / GROUP);
  const integers = new Int8Array(numbers.length);
  for (let group = 0; group < scales.length; group++) {
    const of = numbers.subarray(group * GROUP, (group + 1) * GROUP);
    scales[group] = of.reduce((largest, x) => Math.max(largest, Math.abs(x)), 0) / 127;
    of.forEach((x, at) => (integers[group * GROUP + at] = Math.round(x / (scales[group] || 1))));
  }
  const file = safetensors({
    [embeddings.tensor]: { dtype: "I8", shape: [count, dimension], data: integers },
    [`${embeddings.tensor}.scales`]: { dtype: "F32", shape: [count, dimension / GROUP], data: scales },
  });
  embeddings.bytes = file.length;
  embeddings.sha256 = createHash("sha256").update(file).digest("hex");
  manifest.name = "scenes-i8";
  await writeFile(join(folder, embeddings.file), file);
  await writeFile(join(folder, "gallery.json"), JSON.stringify(manifest));
  await symlink(join(BUNDLED, "pictures"), join(folder, "pictures"));
  return folder;
}

/** The half floats of a tensor, as floats. */
function halves(file, name) {
  const length = Number(file.readBigUInt64LE(0));
  const { dtype, data_offsets: [from, to] } = JSON.parse(file.subarray(8, 8 + length))[name];
  if (dtype !== "F16") throw new Error(`the bundled embeddings are ${dtype}`);
  const bytes = file.subarray(8 + length + from, 8 + length + to);
  return Float32Array.from({ length: bytes.length / 2 }, (_, at) => half(bytes.readUInt16LE(2 * at)));
}

function half(bits) {
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  const size = exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25);
  return bits & 0x8000 ? -size : size;
}

function safetensors(tensors) {
  let end = 0;
  const described = Object.entries(tensors).map(([name, { dtype, shape, data }]) => {
    const data_offsets = [end, (end += data.byteLength)];
    return [name, { dtype, shape, data_offsets }];
  });
  let header = JSON.stringify(Object.fromEntries(described));
  header = header.padEnd(Math.ceil(header.length / 8) * 8);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const parts = Object.values(tensors).map(({ data }) => Buffer.from(data.buffer));
  return Buffer.concat([length, Buffer.from(header), ...parts]);
}

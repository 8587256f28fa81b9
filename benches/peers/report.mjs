// Measurements to a table and to the numbers behind it.
import { median } from "./measure.mjs";

/** Each case with its contenders: median and least of the rounds, and how SaySee compares with the best of the others. */
export function summarise(cases, results) {
  return cases.map(({ id, title, bar, first, contenders }) => {
    const rows = contenders.map(({ name, kind }) => {
      const rounds = results.filter((result) => result.case === id && result.contender === name);
      const fine = rounds.filter(({ error }) => !error);
      const of = (...keys) => {
        const sums = fine.map((round) => keys.reduce((sum, key) => sum + round[key], 0));
        return sums.filter((value) => !Number.isNaN(value));
      };
      return {
        name,
        kind,
        rounds: fine.length,
        errors: rounds.flatMap(({ error }) => error ?? []),
        // Some compile kernels while they load, others at the first inference.
        cpu_ms: spread(first ? of("load_cpu_ms", "first_cpu_ms") : of("cpu_ms")),
        wall_ms: spread(first ? of("load_ms", "first_ms") : of("wall_ms")),
        first_cpu_ms: spread(of("first_cpu_ms")),
        load_ms: spread(of("load_ms")),
        load_cpu_ms: spread(of("load_cpu_ms")),
        model_bytes: fine[0]?.model_bytes,
        others: spread(of("others")),
      };
    });
    const least = (kind) => Math.min(...rows.filter((row) => row.kind === kind && row.cpu_ms).map((row) => row.cpu_ms.least));
    const [peer, own] = [least("peer"), least("saysee")];
    return { id, title, bar, first: Boolean(first), rows, ratio: Number.isFinite(peer / own) ? peer / own : undefined, passed: bar && Number.isFinite(own) ? own <= bar : undefined };
  });
}

function spread(numbers) {
  return numbers.length ? { median: median(numbers), least: Math.min(...numbers) } : undefined;
}

/** The whole report as Markdown. */
export function table({ date, machine, threads, code, cases, results }) {
  const browser = results.find((result) => result.browser)?.browser;
  const lines = [
    `${date.slice(0, 10)}, ${machine.processor}, ${machine.processors} processors, Chromium ${browser}, ${threads === 1 ? "one thread" : `${threads} threads`}.`,
    "",
    "| Inference | Contender | CPU-ms: least (median) | ms: least (median) | loading: CPU-ms | first: CPU-ms | ready after, ms | model, MB |",
    "|---|---|--:|--:|--:|--:|--:|--:|",
  ];
  for (const { title, bar, rows, ratio } of cases) {
    for (const row of rows) {
      const cells = [title, row.name, both(row.cpu_ms), both(row.wall_ms), number(row.load_cpu_ms?.least), number(row.first_cpu_ms?.least), number(row.load_ms?.least), megabytes(row.model_bytes)];
      lines.push(`| ${cells.join(" | ")} |`);
      for (const error of new Set(row.errors)) lines.push(`| | | ${error.replaceAll(/[|\n]/g, " ")} | | | | | |`);
    }
    const said = [bar && `bar ${bar}`, ratio && `SaySee takes ${(1 / ratio).toFixed(2)} of the best peer's`].filter(Boolean);
    if (said.length) lines.push(`| | *${said.join("; ")}* | | | | | | |`);
  }
  lines.push("", "| Code to download | MB | brotli, MB |", "|---|--:|--:|");
  for (const { name, bytes, brotli_bytes } of code) lines.push(`| ${name} | ${megabytes(bytes, 2)} | ${megabytes(brotli_bytes, 2)} |`);
  return `${lines.join("\n")}\n`;
}

const number = (value) => (value === undefined ? "" : Math.round(value).toString());
const both = (spread) => (spread ? `${number(spread.least)} (${number(spread.median)})` : "");
const megabytes = (bytes, digits = 0) => (bytes === undefined ? "" : (bytes / 1e6).toFixed(digits));

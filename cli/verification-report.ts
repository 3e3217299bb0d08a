// Shows a report of verification: a line for each check, then the verdict.
import { EXIT } from '#cli/exit-codes.ts';
import { printable } from '#cli/output.ts';
import type { EvidenceReport } from '#lib/evidence/standalone.ts';

const MARKS = { passed: 'ok    ', failed: 'FAILED', not_evaluated: '-     ' } as const;

/** Prints the report and returns the exit code: 0 only when everything that must hold does. */
export function showReport(report: EvidenceReport, json: boolean): number {
  if (json) {
    process.stdout.write(`${JSON.stringify(report)}\n`);
  } else {
    const width = Math.max(0, ...report.checks.map(({ name }) => name.length));
    for (const { name, verdict, expected, actual, command } of report.checks) {
      process.stdout.write(`${MARKS[verdict]}  ${name.padEnd(width)}  ${printable(actual)}\n`);
      if (verdict === 'failed') process.stdout.write(`        ${' '.repeat(width)}  expected: ${printable(expected)}\n${command === undefined ? '' : `        ${' '.repeat(width)}  repeat: ${printable(command)}\n`}`);
    }
    const failed = report.checks.filter(({ verdict }) => verdict === 'failed').map(({ name }) => name);
    process.stdout.write(report.verdict === 'passed' ? `verified (${report.format})\n` : `NOT VERIFIED (${report.format})${failed.length === 0 ? '' : `: ${[...new Set(failed)].join(', ')}`}\n`);
  }
  return report.verdict === 'passed' ? EXIT.ok : EXIT.notVerified;
}

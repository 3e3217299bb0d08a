// Step 1 for airports: takes the table over from the source file as it is, once it has rows.
import { readAirports } from '../core/airports.ts';
import { readText, runStep, writeText } from '../core/command-line.ts';

runStep('ingest-airports --source FILE --output FILE', ['source', 'output'], (options) => {
  const text = readText(options.required('source'));
  const airports = readAirports(text).size;
  if (airports === 0) throw new Error('the source has no airports');
  writeText(options.required('output'), text);
  console.log(`${airports} airports`);
});

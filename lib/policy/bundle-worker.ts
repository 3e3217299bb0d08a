// What runs in the worker thread that evaluates a compiled policy: the host side of OPA's WebAssembly ABI 1.2 and later
// (https://www.openpolicyagent.org/docs/wasm#abi-details). A text, since a worker that is started from a text needs no
// file beside the built portal. It reaches nothing: no imports but the policy's own memory, and one built-in function, sprintf.

/** Built-in functions that the host lends; all others that OPA knows are compiled into the module or are not to be had. */
export const lentBuiltins = ['sprintf'] as const;

export const workerSource = String.raw`
'use strict';
const { parentPort, workerData } = require('node:worker_threads');
const { wasm, data, input, paths, memoryPages, mostMemoryPages, lent } = workerData;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

// Go's fmt, as far as policies use it: %s %v %d %f %e %g %x %X %q %t %%, with flags, width and precision.
function sprintf(format, values) {
  let next = 0;
  const shown = (value) => (typeof value === 'string' ? value : JSON.stringify(value));
  return format.replace(/%([-+ 0#]*)(\d{1,3})?(?:\.(\d{1,2}))?([a-zA-Z%])/g, (whole, flags, width, precision, verb) => {
    if (verb === '%') return '%';
    if (next >= values.length) return '%!' + verb + '(MISSING)';
    const value = values[next++];
    const digits = precision === undefined ? undefined : Number(precision);
    let out;
    switch (verb) {
      case 's': case 'v': out = shown(value); if (digits !== undefined && verb === 's') out = out.slice(0, digits); break;
      case 'd': out = Number.isInteger(value) ? String(value) : '%!d(' + shown(value) + ')'; break;
      case 'f': out = typeof value === 'number' ? value.toFixed(digits ?? 6) : '%!f(' + shown(value) + ')'; break;
      case 'e': out = typeof value === 'number' ? value.toExponential(digits ?? 6).replace(/e([+-])(\d)$/, 'e$10$2') : '%!e(' + shown(value) + ')'; break;
      case 'g': out = typeof value === 'number' ? (digits === undefined ? String(value) : String(Number(value.toPrecision(Math.max(1, digits))))) : '%!g(' + shown(value) + ')'; break;
      case 'x': case 'X': out = typeof value === 'number' ? value.toString(16) : Buffer.from(String(value)).toString('hex'); if (verb === 'X') out = out.toUpperCase(); break;
      case 'q': out = JSON.stringify(String(value)); break;
      case 't': out = typeof value === 'boolean' ? String(value) : '%!t(' + shown(value) + ')'; break;
      default: out = '%!' + verb + '(' + shown(value) + ')';
    }
    if (flags.includes('+') && typeof value === 'number' && value >= 0) out = '+' + out;
    if (width !== undefined) out = flags.includes('-') ? out.padEnd(Number(width)) : out.padStart(Number(width), flags.includes('0') && typeof value === 'number' ? '0' : ' ');
    return out;
  });
}

class PolicyProblem extends Error {}

function instantiate(module) {
  const memory = new WebAssembly.Memory({ initial: memoryPages, maximum: mostMemoryPages });
  let exported;
  let builtins = {};
  const textAt = (address) => {
    const bytes = new Uint8Array(memory.buffer);
    const end = bytes.indexOf(0, address);
    return decoder.decode(bytes.subarray(address, end === -1 ? bytes.length : end));
  };
  const dump = (address) => JSON.parse(textAt(exported.opa_json_dump(address)));
  const load = (value) => {
    const bytes = encoder.encode(JSON.stringify(value));
    const address = exported.opa_malloc(bytes.length);
    new Uint8Array(memory.buffer).set(bytes, address);
    const parsed = exported.opa_json_parse(address, bytes.length);
    if (parsed === 0) throw new PolicyProblem('a value could not be handed to it');
    return parsed;
  };
  const call = (id, args) => {
    const name = Object.keys(builtins).find((one) => builtins[one] === id);
    if (name !== 'sprintf') throw new PolicyProblem('it calls ' + String(name).slice(0, 60) + ', which the portal does not lend');
    const [format, values] = args.map(dump);
    return typeof format === 'string' && Array.isArray(values) ? load(sprintf(format, values)) : 0;
  };
  const instance = new WebAssembly.Instance(module, {
    env: {
      memory,
      opa_abort: (address) => { throw new PolicyProblem('it gave up: ' + textAt(address).slice(0, 200)); },
      opa_println: () => undefined,
      opa_builtin0: (id) => call(id, []),
      opa_builtin1: (id, _context, a) => call(id, [a]),
      opa_builtin2: (id, _context, a, b) => call(id, [a, b]),
      opa_builtin3: (id, _context, a, b, c) => call(id, [a, b, c]),
      opa_builtin4: (id, _context, a, b, c, d) => call(id, [a, b, c, d]),
    },
  });
  exported = instance.exports;
  for (const name of ['opa_eval', 'opa_malloc', 'opa_json_parse', 'opa_json_dump', 'opa_heap_ptr_get', 'builtins', 'entrypoints']) if (typeof exported[name] !== 'function') throw new PolicyProblem('it does not have the function ' + name);
  const [major, minor] = [exported.opa_wasm_abi_version, exported.opa_wasm_abi_minor_version].map((one) => (one instanceof WebAssembly.Global ? one.value : 0));
  if (major !== 1 || minor < 2) throw new PolicyProblem('it was compiled for ABI ' + major + '.' + minor + ', and 1.2 or later is needed');
  builtins = dump(exported.builtins());
  const entrypoints = dump(exported.entrypoints());
  return {
    entrypoints,
    builtins: Object.keys(builtins),
    evaluate: (path) => {
      const id = Object.hasOwn(entrypoints, path) ? entrypoints[path] : undefined;
      if (typeof id !== 'number') throw new PolicyProblem('it has no entrypoint ' + path);
      const dataAddress = load(JSON.parse(data));
      const bytes = encoder.encode(input);
      const inputAddress = exported.opa_malloc(bytes.length);
      new Uint8Array(memory.buffer).set(bytes, inputAddress);
      const heap = exported.opa_heap_ptr_get();
      const set = JSON.parse(textAt(exported.opa_eval(0, id, dataAddress, inputAddress, bytes.length, heap, 0)));
      return Array.isArray(set) && set.length > 0 ? { result: set[0].result } : {};
    },
  };
}

const said = (error) => (error instanceof PolicyProblem ? error.message : error instanceof RangeError || error instanceof WebAssembly.RuntimeError ? 'it broke down while it was evaluated' : 'it could not be run');

(() => {
  let module;
  try {
    module = new WebAssembly.Module(wasm);
    const { entrypoints, builtins } = instantiate(module);
    parentPort.postMessage({ entrypoints: Object.keys(entrypoints), builtins });
    const foreign = builtins.find((name) => !lent.includes(name));
    if (foreign !== undefined) throw new PolicyProblem('it calls ' + String(foreign).slice(0, 60) + ', which the portal does not lend');
  } catch (error) {
    parentPort.postMessage({ problem: error instanceof WebAssembly.CompileError || error instanceof WebAssembly.LinkError ? 'it is not a module that can be loaded' : said(error) });
    return;
  }
  for (const path of paths) {
    try {
      // A fresh instance each time: one decision leaves nothing to the next.
      const answer = instantiate(module).evaluate(path);
      parentPort.postMessage({ path, answer: JSON.stringify(answer) });
    } catch (error) {
      parentPort.postMessage({ path, problem: said(error) });
    }
  }
})();
`;

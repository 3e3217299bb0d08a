// What a policy must satisfy before it may be proposed: readable expressions, known paths, fitting types, unique rules, enough approvals, tests that pass. Pure.
import { isFunction, parseCel, type Parsed } from './cel.ts';
import type { FieldError } from '#lib/kernel/errors.ts';
import { approverRole, type Environment, type EnvironmentTier, type PolicyContent } from './schema.ts';
import { runPolicyTests, type TestAnswers } from './tests.ts';
import { memberOf, rootShapes, type Shape } from './shape.ts';

type Expression = NonNullable<Parsed['expr']>;
type Scope = ReadonlyMap<string, Shape>;

const unknown: Shape = { kind: 'unknown' };
/** Comprehensions in one another multiply the work; two levels reach every pair. */
const deepestComprehension = 2;

type Operand = { readonly shape: Shape; readonly path: string };
type Operator = { readonly problem: (operands: readonly Operand[]) => string | null; readonly yields: (operands: readonly Operand[]) => Shape };

const scalar = (type: string): Shape => ({ kind: 'scalar', type, description: null });
const typeName = (shape: Shape): string | null => (shape.kind === 'scalar' ? shape.type : shape.kind === 'unknown' ? null : shape.kind);
const article = (type: string) => (/^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`);

/** JSON has doubles alone, so a member of the document is a `number`; a whole number in an expression is an `integer`. */
function constantShape(kind: string | undefined): Shape {
  const types: Record<string, string> = { boolValue: 'boolean', stringValue: 'string', doubleValue: 'number', int64Value: 'integer', uint64Value: 'integer' };
  const type = kind === undefined ? undefined : types[kind];
  return type === undefined ? unknown : scalar(type);
}

const numeric = (type: string) => type === 'number' || type === 'integer';
const known = (operands: readonly Operand[]) => operands.flatMap(({ shape, path }) => { const type = typeName(shape); return type === null ? [] : [{ type, path }]; });
const sameFamily = (a: string, b: string) => a === b || (numeric(a) && numeric(b)) || (['object', 'record'].includes(a) && ['object', 'record'].includes(b));

const logical: Operator = {
  problem: (operands) => { const wrong = known(operands).find(({ type }) => type !== 'boolean'); return wrong ? `${wrong.path} is ${article(wrong.type)}, and true or false is needed` : null; },
  yields: () => scalar('boolean'),
};
const compared = (ordered: boolean): Operator => ({
  problem: (operands) => {
    const [a, b] = known(operands);
    if (ordered) {
      const wrong = [a, b].find((operand) => operand && !numeric(operand.type) && operand.type !== 'string' && operand.type !== 'boolean');
      if (wrong) return `${wrong.path} is ${article(wrong.type)} and has no order`;
    }
    return a && b && !sameFamily(a.type, b.type) ? `${a.path} is ${article(a.type)} and ${b.path} is ${article(b.type)}: they are never compared` : null;
  },
  yields: () => scalar('boolean'),
});
const arithmetic = (types: readonly string[]): Operator => ({
  problem: (operands) => {
    const [a, b] = known(operands);
    const wrong = [a, b].find((operand) => operand && !types.includes(operand.type));
    if (wrong) return `${wrong.path} is ${article(wrong.type)} and cannot be calculated with`;
    return a && b && a.type !== b.type ? `${a.path} is ${article(a.type)} and ${b.path} is ${article(b.type)}: write both as the same (1.0 is a number, 1 an integer)` : null;
  },
  yields: (operands) => { const [a, b] = known(operands); return a && (!b || a.type === b.type) && a.type !== 'list' ? scalar(a.type) : unknown; },
});
const calculated = ['number', 'integer'];
const operators: Readonly<Record<string, Operator>> = {
  '_&&_': logical, '_||_': logical, '!_': logical,
  '_==_': compared(false), '_!=_': compared(false), '_<_': compared(true), '_<=_': compared(true), '_>_': compared(true), '_>=_': compared(true),
  '_+_': arithmetic([...calculated, 'string', 'list']), '_-_': arithmetic(calculated), '_*_': arithmetic(calculated), '_/_': arithmetic(calculated), '_%_': arithmetic(['integer']), '-_': arithmetic(calculated),
  '_?_:_': {
    problem: ([condition]) => (condition ? logical.problem([condition]) : null),
    yields: ([, a, b]) => (a && b && typeName(a.shape) !== null && typeName(a.shape) === typeName(b.shape) ? a.shape : unknown),
  },
};
/** What functions yield, where that is always the same. */
const results: Readonly<Record<string, string>> = {
  size: 'integer', string: 'string', int: 'integer', double: 'number', bool: 'boolean', matches: 'boolean', startsWith: 'boolean', endsWith: 'boolean', contains: 'boolean',
  format: 'string', join: 'string', substring: 'string', lowerAscii: 'string', upperAscii: 'string', replace: 'string', trim: 'string', indexOf: 'integer', '@in': 'boolean', _in_: 'boolean',
};

/** Follows every path of an expression through the known shapes and collects what does not exist. */
class PathCheck {
  readonly problems: string[] = [];

  follow(expression: Expression | undefined, scope: Scope, path: { text: string }, comprehensions: number): Shape {
    path.text = 'the value';
    const kind = expression?.exprKind;
    switch (kind?.case) {
      case 'identExpr': {
        path.text = kind.value.name;
        const shape = scope.get(kind.value.name);
        if (!shape) this.problems.push(`there is no ${kind.value.name} in the input document`);
        return shape ?? unknown;
      }
      case 'selectExpr': {
        const operandPath = { text: '' };
        const operand = this.follow(kind.value.operand, scope, operandPath, comprehensions);
        path.text = `${operandPath.text}.${kind.value.field}`;
        return this.member(operand, kind.value.field, operandPath.text);
      }
      case 'callExpr': {
        const { function: name, target, args } = kind.value;
        const shapes = [target, ...args].flatMap((argument) => {
          if (!argument) return [];
          const argumentPath = { text: '' };
          return [{ argument, path: argumentPath, shape: this.follow(argument, scope, argumentPath, comprehensions) }];
        });
        if (!isFunction(name)) this.problems.push(`there is no function ${name}`);
        const [list, index] = shapes;
        if (name !== '_[_]' || !list || !index) return this.typed(name, shapes.map(({ shape, path: operand }) => ({ shape, path: operand.text })), path);
        path.text = `${list.path.text}[…]`;
        if (list.shape.kind === 'list') return list.shape.item;
        const key = index.argument.exprKind;
        const text = key.case === 'constExpr' && key.value.constantKind.case === 'stringValue' ? key.value.constantKind.value : null;
        return text === null ? (list.shape.kind === 'record' ? list.shape.member : unknown) : this.member(list.shape, text, list.path.text);
      }
      case 'listExpr':
        for (const element of kind.value.elements) this.follow(element, scope, { text: '' }, comprehensions);
        return unknown;
      case 'structExpr':
        for (const entry of kind.value.entries) this.follow(entry.value, scope, { text: '' }, comprehensions);
        return unknown;
      case 'comprehensionExpr': {
        const { iterRange, iterVar, accuVar, accuInit, loopCondition, loopStep, result } = kind.value;
        if (comprehensions + 1 > deepestComprehension) this.problems.push(`comprehensions are nested deeper than ${deepestComprehension}`);
        const range = this.follow(iterRange, scope, { text: '' }, comprehensions);
        const item: Shape = range.kind === 'list' ? range.item : range.kind === 'object' || range.kind === 'record' ? { kind: 'scalar', type: 'string', description: null } : unknown;
        const inner = new Map([...scope, [accuVar, unknown], [iterVar, item]]);
        const gathered = this.follow(accuInit, scope, { text: '' }, comprehensions);
        for (const part of [loopCondition, loopStep, result]) this.follow(part, inner, { text: '' }, comprehensions + 1);
        // `exists` and `all` gather a bool; what `map` and `filter` gather is not followed.
        return typeName(gathered) === 'boolean' ? gathered : unknown;
      }
      case 'constExpr':
        path.text = 'the constant';
        return constantShape(kind.value.constantKind.case);
      case undefined:
        return unknown;
    }
  }

  /** The type that a function or operator yields, and a problem where an operand can never fit. */
  private typed(name: string, operands: readonly Operand[], path: { text: string }): Shape {
    path.text = 'the value';
    const rule = operators[name];
    if (!rule) return results[name] ? scalar(results[name]) : unknown;
    const problem = rule.problem(operands);
    if (problem !== null) this.problems.push(problem);
    return rule.yields(operands);
  }

  private member(shape: Shape, name: string, path: string): Shape {
    const found = memberOf(shape, name, path);
    if (typeof found !== 'string') return found;
    this.problems.push(found);
    return unknown;
  }
}

/** What is wrong with an expression; with `yields` it must be able to yield that type. */
function expressionProblems(expression: string, roots: Scope, yields: 'boolean' | null = null): string[] {
  const parsed = parseCel(expression);
  if (!parsed.ok) return [parsed.error];
  const check = new PathCheck();
  const type = typeName(check.follow(parsed.value.expr, roots, { text: '' }, 0));
  if (yields !== null && type !== null && type !== yields && check.problems.length === 0) check.problems.push(`yields ${article(type)} instead of true or false`);
  return [...new Set(check.problems)];
}

function requiredProblem(path: string, roots: Scope): string | null {
  const [first = '', ...rest] = path.split('.');
  let shape = first === 'parameters' ? undefined : roots.get(first);
  if (!shape) return `there is no ${first} in the input document`;
  let walked = first;
  for (const step of rest) {
    const next = memberOf(shape, step, walked);
    if (typeof next === 'string') return next;
    shape = next;
    walked = `${walked}.${step}`;
  }
  return null;
}

/**
 * What is wrong with a policy for an environment of a tier; an empty list: nothing. The tier production always blocks on
 * something and always asks one reviewer and one security person: no policy can take that away. `answers` are OPA's for
 * its tests, `entrypoints` those of its compiled bundle (null: not known).
 */
export function policyProblems(content: PolicyContent, tier: EnvironmentTier, environment: Environment = tier, answers: TestAnswers = [], entrypoints: readonly string[] | null = null): FieldError[] {
  const roots = rootShapes(content.parameters);
  const problems: FieldError[] = [];
  const add = (path: string, messages: readonly (string | null)[]) => {
    for (const message of messages) if (message !== null) problems.push({ path, message });
  };
  const ids = content.rules.map((rule) => rule.id);
  for (const [index, rule] of content.rules.entries()) {
    const path = `content.rules.${index}`;
    if (ids.indexOf(rule.id) !== index) add(`${path}.id`, [`${rule.id} is the id of two rules`]);
    add(`${path}.requires`, rule.requires.map((required) => requiredProblem(required, roots)));
    add(`${path}.expression`, expressionProblems(rule.expression, roots, 'boolean'));
    add(`${path}.actual`, expressionProblems(rule.actual, roots));
    if (typeof rule.expected !== 'string') add(`${path}.expected`, expressionProblems(rule.expected.cel, roots));
  }
  for (const [index, rule] of (content.opa ?? []).entries()) if ([...ids, ...(content.opa ?? []).map(({ id }) => id)].indexOf(rule.id) !== ids.length + index) add(`content.opa.${index}.id`, [`${rule.id} is the id of two rules`]);
  for (const { index, problems: found } of runPolicyTests(content, environment, answers)) add(`content.tests.${index}`, found);
  if (content.opaBundle !== undefined && (content.opa ?? []).length === 0) add('content.opaBundle', ['no rule asks the compiled bundle']);
  if (entrypoints !== null) for (const [index, { path }] of (content.opa ?? []).entries()) if (!entrypoints.includes(path)) add(`content.opa.${index}.path`, [`the compiled bundle has no entrypoint ${path}`]);
  const roles = content.approvals.map(({ role }) => role);
  if (new Set(roles).size !== roles.length) add('content.approvals', ['a role is named twice']);
  if (tier === 'production') {
    const missing = approverRole.options.filter((role) => !roles.includes(role));
    add('content.approvals', missing.map((role) => `production needs at least one approval by ${role}`));
    if (!content.rules.some((rule) => rule.level === 'block')) add('content.rules', ['production needs at least one rule that blocks']);
  }
  return problems;
}

// `gatehouse run`: wraps one pipeline step, reports what it read, did and wrote, and signs evidence of it.
import { runChild, type Ending } from '#cli/child.ts';
import { createDelivery, type Delivery, type Outcome, type Post } from '#cli/delivery.ts';
import { digestPath, stampPath } from '#cli/digest.ts';
import { isPython, machineFacts } from '#cli/environment.ts';
import { endEvent, startEvent } from '#cli/events.ts';
import { collectEvidence, type Evidence } from '#cli/evidence.ts';
import { EXIT } from '#cli/exit-codes.ts';
import { gitState } from '#cli/git.ts';
import { readSigningKey, type SigningKey } from '#cli/key.ts';
import { createLogRecorder, type LogSummary } from '#cli/log-tail.ts';
import { countOf, messageOf, say } from '#cli/output.ts';
import { lockedPackages } from '#cli/packages.ts';
import { linesAbout, type Report } from '#cli/reports.ts';
import { planRun, type RunPlan } from '#cli/run-plan.ts';
import { CREDENTIAL_VARIABLES, type PortalSettings, portalSettings, type RunSettings, runSettings, secretValues } from '#cli/settings.ts';
import { signalExitCode, type SignalWatch, watchSignals } from '#cli/signals.ts';
import { signStatement } from '#cli/sign.ts';
import { listEntries } from '#cli/spool.ts';
import type { Asset, DeclaredAsset, StageEnd, StageStart } from '#cli/stage.ts';
import { addressWarning } from '#cli/transport.ts';
import { evaluationStatement, provenanceStatement, testResultStatement } from '#cli/statements.ts';
import { uuidV7 } from '#cli/uuid.ts';
import { DSSE_MEDIA_TYPE } from '#lib/evidence/format/dsse.ts';
import type { Statement } from '#lib/evidence/format/statement.ts';
import { redactCommand, redactNamed, redactText } from '#lib/kernel/redact.ts';

type Context = { readonly plan: RunPlan; readonly portal: PortalSettings; readonly settings: RunSettings; readonly key: SigningKey | null; readonly signals: SignalWatch; readonly delivery: Delivery; readonly knownSecrets: readonly string[] };

/** How the run counts: why it failed, if it did, and the exit code of this process. */
type Judgement = { readonly failure: string | null; readonly exitCode: number };

/**
 * Runs the command and reports. Whatever becomes of the reports, the exit code is the command's own, except where
 * inputs, outputs or evidence files are wrong (65, 66), and 64, before anything runs, for arguments and settings.
 */
export async function run(argv: readonly string[]): Promise<number> {
  const plan = planRun(argv);
  const portal = portalSettings(process.env, plan.tokenFile);
  const settings = runSettings(process.env, plan);
  const key = settings.keyPath === null ? null : readSigningKey(settings.keyPath, settings.keyPassword);
  const knownSecrets = secretValues(process.env, portal.token);
  const signals = watchSignals([process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY));
  const delivery = createDelivery(portal, { stop: signals.stop, knownSecrets });
  try {
    for (const warning of [key?.warning ?? null, addressWarning(portal.url)]) if (warning !== null) say(warning);
    return await runStage({ plan, portal, settings, key, signals, delivery, knownSecrets });
  } finally {
    delivery.close();
    signals.dispose();
  }
}

async function runStage(context: Context): Promise<number> {
  const { plan, signals, delivery } = context;
  const runId = uuidV7();
  const environment = childEnvironment(plan, runId);
  const before: Before = { outputs: await stampAll(plan.outputs), evidence: await stampAll(plan.evidence) };
  const { assets: inputs, problems } = await digestAll(plan.inputs);
  const start = await describeStart(context, runId, inputs, environment);
  const waiting = countWaiting(context.portal.spool);
  // Not awaited: a slow portal must not keep the command from starting.
  const starting = delivery.send(eventPost(startEvent(start)));
  const log = createLogRecorder();
  const ending: Ending | null = problems.length > 0 ? null : await runChild(plan.command, { environment, signals, onOutput: log.push });
  if (ending === null) signals.forwardTo(null);
  try {
    return await report(context, start, { problems, ending, log: ending === null ? null : log.finish(context.knownSecrets), before, starting, waiting });
  } catch (error) {
    // Whatever goes wrong here, the command has run, and its exit code is what the pipeline goes by.
    await starting;
    say(`the report of run ${runId} is incomplete, by a defect of the gatehouse command: ${messageOf(error)}`);
    return ending === null ? EXIT.missingFile : exitCodeOf(ending);
  }
}

/** The stamps of outputs and evidence files before the command ran, by path. */
type Before = { readonly outputs: ReadonlyMap<string, string | null>; readonly evidence: ReadonlyMap<string, string | null> };
type Problem = { readonly name: string; readonly message: string };
type Executed = { readonly problems: readonly Problem[]; readonly ending: Ending | null; readonly log: LogSummary | null; readonly before: Before; readonly starting: Promise<Outcome>; readonly waiting: number };

async function report(context: Context, start: StageStart, executed: Executed): Promise<number> {
  const { delivery, key } = context;
  const { problems, ending, log, before, starting, waiting } = executed;
  if (ending?.outputLeftOpen === true) say('the command ended, but a process it left behind holds its output open; what that process prints from now on is not recorded');
  const after = await lookAfter(context, start, ending, before);
  const { failure, exitCode } = judge(context, problems, ending, log, after);
  const end: StageEnd = {
    exitCode: ending?.exitCode ?? null,
    signal: ending?.signal ?? null,
    durationMilliseconds: ending?.durationMilliseconds ?? 0,
    finishedOn: new Date(start.startedOn.getTime() + (ending?.durationMilliseconds ?? 0)),
    failure,
    outputs: after.outputs,
    inputsChanged: after.inputsChanged,
    log,
    evaluations: after.evidence.flatMap((item) => (item.kind === 'evaluation' ? [item.file] : [])),
    validations: after.evidence.flatMap((item) => (item.kind === 'validation' ? [{ name: item.asset.name, file: item.file }] : [])),
  };
  const statements = statementsOf(start, end, after.evidence);
  const reports: Report[] = [{ what: 'the START event', outcome: await starting }];
  const posts = [{ what: `the ${failure === null ? 'COMPLETE' : 'FAIL'} event`, post: eventPost(endEvent(start, end)) }, ...signed(statements, key), ...profilePosts(start, after.evidence)];
  for (const { what, post } of posts) reports.push({ what, outcome: await delivery.send(post) });
  tell(context, start, end, statements.length, reports, waiting);
  return exitCode;
}

/** The command's environment: this one's without its credentials, and with the run's id. */
function childEnvironment(plan: RunPlan, runId: string): NodeJS.ProcessEnv {
  const withheld: readonly string[] = plan.passCredentials ? [] : CREDENTIAL_VARIABLES;
  return { ...process.env, ...Object.fromEntries(withheld.map((name) => [name, undefined])), GATEHOUSE_RUN_ID: runId };
}

const stampAll = async (declared: readonly { readonly path: string }[]): Promise<ReadonlyMap<string, string | null>> => new Map(await Promise.all(declared.map(async ({ path }) => [path, await stampPath(path)] as const)));

async function digestAll(declared: readonly DeclaredAsset[], stop?: AbortSignal): Promise<{ readonly assets: readonly Asset[]; readonly problems: readonly Problem[] }> {
  const assets: Asset[] = [];
  const problems: Problem[] = [];
  for (const asset of declared) {
    try {
      assets.push({ ...asset, digested: await digestPath(asset.path, stop) });
    } catch (error) {
      problems.push({ name: asset.name, message: messageOf(error) });
    }
  }
  return { assets, problems };
}

async function describeStart({ plan, portal, settings, knownSecrets }: Context, runId: string, inputs: readonly Asset[], environment: NodeJS.ProcessEnv): Promise<StageStart> {
  const cwd = process.cwd();
  // What this command itself writes says nothing about the state of the code.
  const declared = [...[...plan.inputs, ...plan.outputs, ...plan.evidence].map(({ path }) => path), portal.spool];
  const [git, machine] = await Promise.all([gitState(cwd, environment, declared, settings.branch), machineFacts(plan.command, cwd, environment)]);
  if (git.refusal !== null) say(`warning: the commit is not recorded: ${git.refusal}`);
  return {
    runId,
    namespace: settings.namespace,
    pipeline: plan.pipeline,
    stage: plan.stage,
    pipelineRun: settings.pipelineRun,
    builderId: settings.builderId,
    command: redactCommand(plan.command, { knownSecrets }),
    parameters: plan.parameters.map(({ name, value }) => ({ name, value: redactNamed(name, value, { knownSecrets }) })),
    tolerances: plan.tolerances,
    seed: plan.seed,
    triggeredBy: settings.triggeredBy,
    imageDigest: settings.imageDigest,
    machine,
    git: git.state,
    locked: lockedPackages(cwd, isPython(plan.command[0])),
    inputs,
    startedOn: new Date(),
  };
}

type Aftermath = { readonly inputsChanged: readonly string[]; readonly outputs: readonly Asset[]; readonly outputProblems: readonly string[]; readonly evidence: readonly Evidence[]; readonly evidenceProblems: readonly string[]; readonly interrupted: boolean };

const NOTHING: Aftermath = { inputsChanged: [], outputs: [], outputProblems: [], evidence: [], evidenceProblems: [], interrupted: false };

/** Looks at inputs, outputs and evidence files once the command has ended. */
async function lookAfter({ plan, signals }: Context, start: StageStart, ending: Ending | null, before: Before): Promise<Aftermath> {
  if (ending === null || ending.startError !== null) return NOTHING;
  const inputsChanged = await changedInputs(start.inputs, plan.outputs, signals.stop);
  const { assets, problems } = await digestAll(plan.outputs, signals.stop);
  // A failed command may have left alone what an earlier run wrote; that is not its output.
  const outputs = ending.exitCode === 0 ? assets : assets.filter(({ path, digested }) => digested.stamp !== before.outputs.get(path));
  if (signals.stop.aborted) return { ...NOTHING, outputs, interrupted: true };
  const outputProblems = problems.map(({ name, message }) => `output "${name}": ${message}`);
  // With a changed input it is not known which bytes the command read, so nothing is claimed that rests on them.
  if (inputsChanged.length > 0) return { ...NOTHING, inputsChanged, outputs, outputProblems };
  const { evidence, problems: evidenceProblems } = await collectEvidence(plan.evidence, before.evidence, [...start.inputs, ...outputs]);
  return { inputsChanged, outputs, outputProblems, evidence, evidenceProblems, interrupted: false };
}

/** The inputs whose content is not what it was. One that is also an output is meant to change. */
async function changedInputs(inputs: readonly Asset[], outputs: readonly DeclaredAsset[], stop: AbortSignal): Promise<string[]> {
  const changed: string[] = [];
  for (const { name, path, digested } of inputs) {
    if (outputs.some((output) => output.path === path) || (await stampPath(path)) === digested.stamp) continue;
    try {
      if ((await digestPath(path, stop)).hex !== digested.hex) changed.push(name);
    } catch {
      changed.push(name);
    }
  }
  return changed;
}

/** The exit code that the command's end alone calls for. */
function exitCodeOf(ending: Ending): number {
  if (ending.startError !== null) return ending.startError === 'ENOENT' ? EXIT.notFound : EXIT.notExecutable;
  return ending.signal === null ? (ending.exitCode ?? EXIT.defect) : signalExitCode(ending.signal);
}

function judge({ plan, signals }: Context, inputProblems: readonly Problem[], ending: Ending | null, log: LogSummary | null, after: Aftermath): Judgement {
  if (ending === null) return { failure: inputProblems.map(({ name, message }) => `input "${name}": ${message}`).join('; '), exitCode: EXIT.missingFile };
  const exitCode = exitCodeOf(ending);
  if (ending.startError !== null) return { failure: `the command ${redactText(plan.command[0])} ${ending.startError === 'ENOENT' ? 'was not found' : `cannot be run: ${ending.startError}`}`, exitCode };
  if (exitCode !== 0) {
    const lastLine = log === null || log.lastErrorLine === '' ? '' : `: ${log.lastErrorLine}`;
    return { failure: `${ending.signal === null ? `exit code ${String(ending.exitCode)}` : `ended by ${ending.signal}`}${lastLine}`, exitCode };
  }
  const stoppedBy = signals.stoppedBy();
  if (after.interrupted && stoppedBy !== null) return { failure: `stopped by ${stoppedBy} before the outputs were digested`, exitCode: signalExitCode(stoppedBy) };
  if (after.outputProblems.length > 0) return { failure: after.outputProblems.join('; '), exitCode: EXIT.missingFile };
  if (after.evidenceProblems.length > 0) return { failure: after.evidenceProblems.join('; '), exitCode: EXIT.badFile };
  return { failure: null, exitCode: EXIT.ok };
}

type NamedStatement = { readonly what: string; readonly statement: Statement };

function statementsOf(start: StageStart, end: StageEnd, evidence: readonly Evidence[]): NamedStatement[] {
  const statements: NamedStatement[] = [];
  if (end.failure === null && end.inputsChanged.length === 0 && end.outputs.length > 0) statements.push({ what: 'the provenance', statement: provenanceStatement(start, end) });
  for (const item of evidence) {
    if (item.kind === 'validation') statements.push({ what: `the validation of "${item.asset.name}"`, statement: testResultStatement(start, item.asset, item.file) });
    if (item.kind === 'evaluation') statements.push({ what: `the evaluation of "${item.asset.name}"`, statement: evaluationStatement(start, end.finishedOn, item.asset, item.file) });
  }
  return statements;
}

type NamedPost = { readonly what: string; readonly post: Post };

function signed(statements: readonly NamedStatement[], key: SigningKey | null): NamedPost[] {
  if (key === null) return [];
  return statements.map(({ what, statement }) => ({ what, post: { method: 'POST', path: '/api/v1/attestations', contentType: DSSE_MEDIA_TYPE, body: Buffer.from(signStatement(statement, key)) } }));
}

function profilePosts(start: StageStart, evidence: readonly Evidence[]): NamedPost[] {
  return evidence.flatMap((item) =>
    item.kind === 'profile' ? [{ what: `the ${item.file.role} profile of "${item.asset.name}"`, post: jsonPost('/api/v1/profiles', { ...item.file, model: { digest: `sha256:${item.asset.digested.hex}` }, runId: start.runId }) }] : [],
  );
}

const eventPost = (event: Readonly<Record<string, unknown>>): Post => jsonPost('/api/v1/lineage', event);
const jsonPost = (path: string, value: unknown): Post => ({ method: 'POST', path, contentType: 'application/json', body: Buffer.from(JSON.stringify(value)) });

/** A spool that cannot be read is no reason not to run; writing to it will say so. */
function countWaiting(spool: string): number {
  try {
    return listEntries(spool).length;
  } catch {
    return 0;
  }
}

function tell({ plan, portal, key }: Context, start: StageStart, end: StageEnd, statements: number, reports: readonly Report[], waiting: number): void {
  for (const name of end.inputsChanged) say(`WARNING: input "${name}" changed while the command ran. Which bytes it read is unknown, so this run signs nothing, and the change is reported`);
  if (end.failure !== null) say(`run ${start.runId} FAIL: ${end.failure}`);
  else if (!plan.quiet) {
    const signing = statements === 0 ? '' : key === null ? '; nothing is signed, because GATEHOUSE_KEY is not set' : `; ${countOf(statements, 'statement')} signed with key ${key.keyId.slice(0, 16)}`;
    const seconds = (end.durationMilliseconds / 1_000).toFixed(1);
    say(`run ${start.runId} COMPLETE in ${seconds} s: ${countOf(start.inputs.length, 'input')}, ${countOf(end.outputs.length, 'output')}${signing}`);
  }
  for (const line of linesAbout(reports, portal.spool, waiting)) say(line);
}

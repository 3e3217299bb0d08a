// What a Kubernetes pod is allowed to do, check by check: the Pod Security Standards, and what a training environment needs besides. Pure.
//
// Source of the standard: kubernetes.io/docs/concepts/security/pod-security-standards ("Baseline" and "Restricted", as of Kubernetes v1.34)
// and the admission controller's own rules (k8s.io/pod-security-admission/policy). Fields of the wrong type never count as safe.
// The standard lets pods in user namespaces (hostUsers: false) run as root; that leniency is not taken here.
import { counted, few } from '#lib/evidence/text.ts';
import { isSecretName } from '#lib/kernel/redact.ts';
import { absent, at, fieldsOf, listOf, shown, textOf, type Fields } from './read.ts';

/** What is asked of an environment. Each pod check speaks for one of them. */
export const environmentRequirements = ['isolated', 'non_root', 'read_only_root', 'no_privilege_escalation', 'limits', 'read_only_data', 'ephemeral', 'dependencies_locked', 'network_egress', 'secrets'] as const;
export type EnvironmentRequirement = (typeof environmentRequirements)[number];

export type PodCheck = {
  /** Stable name. */
  readonly name: string;
  readonly requirement: EnvironmentRequirement;
  /** The profile of the Pod Security Standards that asks for it; null where Gatehouse does. */
  readonly standard: 'baseline' | 'restricted' | null;
  readonly verdict: 'passed' | 'failed' | 'not_evaluated';
  /** In words for people. */
  readonly expected: string;
  readonly actual: string;
};

type Container = { readonly where: string; readonly kind: 'init' | 'regular' | 'ephemeral'; readonly fields: Fields };

export type Pod = { readonly metadata: Fields; readonly spec: Fields; readonly containers: readonly Container[]; readonly malformed: readonly string[] };

/** More containers than this are no pod that anybody runs. */
const MOST_CONTAINERS = 200;

/** Reads a Pod, or the PodSpec alone. Null where it is neither, or has no container. */
export function podOf(document: unknown): Pod | null {
  const outer = fieldsOf(document);
  const spec = fieldsOf(at(outer, 'spec')) ?? (outer && Object.hasOwn(outer, 'containers') ? outer : null);
  if (outer === null || spec === null || listOf(spec['containers']).length === 0) return null;
  const containers: Container[] = [];
  const malformed: string[] = [];
  for (const [list, kind] of [['initContainers', 'init'], ['containers', 'regular'], ['ephemeralContainers', 'ephemeral']] as const) {
    if (!absent(spec[list]) && !Array.isArray(spec[list])) malformed.push(`spec.${list}`);
    for (const [index, item] of listOf(spec[list]).entries()) {
      const fields = fieldsOf(item);
      if (fields === null) malformed.push(`spec.${list}[${index}]`);
      else containers.push({ where: `${kind === 'regular' ? '' : `${kind} `}container ${textOf(fields['name']) ?? `number ${index + 1}`}`, kind, fields });
    }
  }
  if (!absent(spec['volumes']) && !Array.isArray(spec['volumes'])) malformed.push('spec.volumes');
  return containers.length > MOST_CONTAINERS ? null : { metadata: fieldsOf(outer['metadata']) ?? {}, spec, containers, malformed };
}

/** `broken` says in words what is wrong; nothing where the rule holds. */
type Rule = Pick<PodCheck, 'name' | 'requirement' | 'standard' | 'expected'> & { readonly good: string; readonly broken: (pod: Pod) => readonly string[]; /** The field means nothing on Windows. */ readonly linuxOnly?: true };

const context = ({ fields }: Container, ...path: string[]): unknown => at(fields, 'securityContext', ...path);
const ofPod = ({ spec }: Pod, ...path: string[]): unknown => at(spec, 'securityContext', ...path);
const falseOrAbsent = (value: unknown): boolean => absent(value) || value === false;
const each = (pod: Pod, broken: (container: Container) => string | null): string[] => pod.containers.flatMap((container) => { const found = broken(container); return found === null ? [] : [`${container.where}: ${found}`]; });
const named = (what: string, value: unknown): string => `${what} is ${shown(value)}`;

/** A setting that a container may leave to its pod. */
const inherited = (pod: Pod, container: Container, ...path: string[]): unknown => { const own = context(container, ...path); return absent(own) ? ofPod(pod, ...path) : own; };

const SAFE_SYSCTLS = ['kernel.shm_rmid_forced', 'net.ipv4.ip_local_port_range', 'net.ipv4.ip_unprivileged_port_start', 'net.ipv4.tcp_syncookies', 'net.ipv4.ping_group_range', 'net.ipv4.ip_local_reserved_ports', 'net.ipv4.tcp_keepalive_time', 'net.ipv4.tcp_fin_timeout', 'net.ipv4.tcp_keepalive_intvl', 'net.ipv4.tcp_keepalive_probes'];
const SELINUX_TYPES = ['container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'];
const VOLUME_TYPES = ['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'persistentVolumeClaim', 'projected', 'secret'];
const APPARMOR_ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/';

const volumesOf = ({ spec }: Pod): readonly Fields[] => listOf(spec['volumes']).map((volume) => fieldsOf(volume) ?? {});
const volumeName = (volume: Fields): string => textOf(volume['name']) ?? 'without a name';
const typesOf = (volume: Fields): string[] => Object.keys(volume).filter((key) => key !== 'name' && !absent(volume[key]));

function selinux(options: unknown): string | null {
  if (absent(options)) return null;
  const [type, user, role] = ['type', 'user', 'role'].map((key) => at(options, key));
  const wrong = [...(absent(type) || type === '' || (typeof type === 'string' && SELINUX_TYPES.includes(type)) ? [] : [named('type', type)]), ...(absent(user) || user === '' ? [] : ['a user is set']), ...(absent(role) || role === '' ? [] : ['a role is set'])];
  return wrong.length === 0 ? null : wrong.join(', ');
}

const profile = (value: unknown, allowed: readonly string[]): boolean => { const type = at(value, 'type'); return typeof type === 'string' && allowed.includes(type); };

function probedHosts({ fields }: Container): string[] {
  const handlers = [...['livenessProbe', 'readinessProbe', 'startupProbe'].map((name) => [name, at(fields, name)] as const), ...['postStart', 'preStop'].map((name) => [`lifecycle.${name}`, at(fields, 'lifecycle', name)] as const)];
  return handlers.flatMap(([name, handler]) => ['httpGet', 'tcpSocket'].flatMap((action) => { const host = at(handler, action, 'host'); return absent(host) || host === '' ? [] : [`${name}.${action}.host ${shown(host)}`]; }));
}

const capabilityList = (value: unknown): readonly string[] | null => (absent(value) ? [] : Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : null);

/** A Kubernetes quantity above zero, e.g. `500m`, `2`, `1.5Gi`, `1e3`. */
const positiveQuantity = (value: unknown): boolean => {
  const match = /^\+?([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+|[numkMGTPE]|[KMGTPE]i)?$/.exec(typeof value === 'number' ? String(value) : typeof value === 'string' ? value : '');
  return match !== null && Number(match[1]) > 0;
};

/** Volumes that go with the pod or hold no data: what is written there outlives nothing. */
const PASSING_TYPES = ['configMap', 'downwardAPI', 'emptyDir', 'ephemeral', 'projected', 'secret', 'image'];

type Mount = { readonly where: string; readonly volume: string; readonly writable: boolean };

/** Where containers see storage that outlives the pod, also as raw devices. */
function lastingMounts(pod: Pod): Mount[] {
  const lasting = new Map(volumesOf(pod).filter((volume) => !typesOf(volume).every((type) => PASSING_TYPES.includes(type)) || typesOf(volume).length === 0).map((volume) => [volumeName(volume), volume]));
  const readOnlyVolume = (volume: Fields): boolean => typesOf(volume).length > 0 && typesOf(volume).every((type) => at(volume[type], 'readOnly') === true);
  return pod.containers.flatMap(({ where, fields }) => [
    ...listOf(fields['volumeMounts']).flatMap((mount): Mount[] => {
      const volume = lasting.get(textOf(at(mount, 'name')) ?? '');
      return volume ? [{ where, volume: `${volumeName(volume)} at ${shown(at(mount, 'mountPath'))}`, writable: at(mount, 'readOnly') !== true && !readOnlyVolume(volume) }] : [];
    }),
    ...listOf(fields['volumeDevices']).flatMap((device): Mount[] => {
      const volume = lasting.get(textOf(at(device, 'name')) ?? '');
      return volume ? [{ where, volume: `${volumeName(volume)} as device ${shown(at(device, 'devicePath'))}`, writable: !readOnlyVolume(volume) }] : [];
    }),
  ]);
}

const PINNED_IMAGE = /@(sha256:[0-9a-f]{64})$/;
const imageOf = ({ fields }: Container): string => textOf(fields['image']) ?? '';
/** The digest by which an image reference is pinned; null where a tag decides what runs. */
export const pinnedDigest = (image: string): string | null => PINNED_IMAGE.exec(image)?.[1] ?? null;

const rules: readonly Rule[] = [
  { name: 'host_process', requirement: 'isolated', standard: 'baseline', expected: 'no Windows HostProcess container', good: 'none', broken: (pod) => [...(falseOrAbsent(ofPod(pod, 'windowsOptions', 'hostProcess')) ? [] : ['the pod asks for it']), ...each(pod, (container) => (falseOrAbsent(context(container, 'windowsOptions', 'hostProcess')) ? null : 'asks for it'))] },
  { name: 'host_namespaces', requirement: 'isolated', standard: 'baseline', expected: 'none of the host’s namespaces: hostNetwork, hostPID and hostIPC false or not set', good: 'none of them is shared', broken: ({ spec }) => ['hostNetwork', 'hostPID', 'hostIPC'].filter((name) => !falseOrAbsent(spec[name])).map((name) => named(name, spec[name])) },
  { name: 'privileged', requirement: 'isolated', standard: 'baseline', expected: 'no privileged container', good: 'none is', broken: (pod) => each(pod, (container) => (falseOrAbsent(context(container, 'privileged')) ? null : named('privileged', context(container, 'privileged')))) },
  { name: 'host_path', requirement: 'isolated', standard: 'baseline', expected: 'no volume of the host’s file system', good: 'no hostPath volume', broken: (pod) => volumesOf(pod).filter((volume) => !absent(volume['hostPath'])).map((volume) => `volume ${volumeName(volume)} is the host’s ${shown(at(volume, 'hostPath', 'path'))}`) },
  { name: 'volume_types', requirement: 'isolated', standard: 'restricted', expected: `volumes only of the types ${VOLUME_TYPES.join(', ')}`, good: 'all are', broken: (pod) => volumesOf(pod).filter((volume) => typesOf(volume).length === 0 || typesOf(volume).some((type) => !VOLUME_TYPES.includes(type))).map((volume) => `volume ${volumeName(volume)} is of type ${typesOf(volume).join(', ') || 'none'}`) },
  { name: 'host_ports', requirement: 'isolated', standard: 'baseline', expected: 'no port of the host', good: 'none', broken: (pod) => each(pod, ({ fields }) => { const ports = listOf(fields['ports']).map((port) => at(port, 'hostPort')).filter((port) => !absent(port) && port !== 0); return ports.length === 0 ? null : `hostPort ${ports.map(shown).join(', ')}`; }) },
  { name: 'host_probes', requirement: 'isolated', standard: 'baseline', expected: 'no host named in probes and lifecycle hooks', good: 'none', broken: (pod) => each(pod, (container) => probedHosts(container).join(', ') || null) },
  { name: 'apparmor', requirement: 'isolated', standard: 'baseline', expected: 'the AppArmor profile not set, RuntimeDefault or Localhost', good: 'so everywhere', broken: (pod) => [
    ...(absent(ofPod(pod, 'appArmorProfile')) || profile(ofPod(pod, 'appArmorProfile'), ['RuntimeDefault', 'Localhost']) ? [] : [`the pod: ${shown(ofPod(pod, 'appArmorProfile'))}`]),
    ...each(pod, (container) => (absent(context(container, 'appArmorProfile')) || profile(context(container, 'appArmorProfile'), ['RuntimeDefault', 'Localhost']) ? null : shown(context(container, 'appArmorProfile')))),
    ...Object.entries(fieldsOf(pod.metadata['annotations']) ?? {}).flatMap(([key, value]) => (key.startsWith(APPARMOR_ANNOTATION) && !(typeof value === 'string' && (value === '' || value === 'runtime/default' || value.startsWith('localhost/'))) ? [`annotation for ${key.slice(APPARMOR_ANNOTATION.length)}: ${shown(value)}`] : [])),
  ] },
  { name: 'selinux', requirement: 'isolated', standard: 'baseline', expected: `no SELinux user or role, and a type among ${SELINUX_TYPES.join(', ')} or none`, good: 'so everywhere', broken: (pod) => { const own = selinux(ofPod(pod, 'seLinuxOptions')); return [...(own === null ? [] : [`the pod: ${own}`]), ...each(pod, (container) => selinux(context(container, 'seLinuxOptions')))]; } },
  { name: 'proc_mount', requirement: 'isolated', standard: 'baseline', expected: 'the default masks of /proc', good: 'so everywhere', broken: (pod) => each(pod, (container) => (absent(context(container, 'procMount')) || context(container, 'procMount') === 'Default' ? null : named('procMount', context(container, 'procMount')))) },
  { name: 'sysctls', requirement: 'isolated', standard: 'baseline', expected: 'only sysctls that are safe', good: 'no other', broken: (pod) => (absent(ofPod(pod, 'sysctls')) || Array.isArray(ofPod(pod, 'sysctls')) ? listOf(ofPod(pod, 'sysctls')).map((item) => at(item, 'name')).filter((name) => typeof name !== 'string' || !SAFE_SYSCTLS.includes(name)).map(shown) : ['sysctls is no list']) },
  { name: 'seccomp', requirement: 'isolated', standard: 'restricted', expected: 'a seccomp profile RuntimeDefault or Localhost for every container, its own or its pod’s', good: 'so everywhere', linuxOnly: true, broken: (pod) => [
    ...(absent(ofPod(pod, 'seccompProfile')) || profile(ofPod(pod, 'seccompProfile'), ['RuntimeDefault', 'Localhost']) ? [] : [`the pod: ${shown(ofPod(pod, 'seccompProfile'))}`]),
    ...each(pod, (container) => (profile(inherited(pod, container, 'seccompProfile'), ['RuntimeDefault', 'Localhost']) ? null : shown(inherited(pod, container, 'seccompProfile')))),
  ] },
  { name: 'debug_container', requirement: 'isolated', standard: null, expected: 'nobody attached a container to the running pod', good: 'no ephemeral container', broken: (pod) => pod.containers.filter(({ kind }) => kind === 'ephemeral').map(({ where }) => where) },
  { name: 'run_as_non_root', requirement: 'non_root', standard: 'restricted', expected: 'runAsNonRoot true for every container, its own or its pod’s', good: 'so everywhere', broken: (pod) => [
    ...(absent(ofPod(pod, 'runAsNonRoot')) || ofPod(pod, 'runAsNonRoot') === true ? [] : [`the pod: ${named('runAsNonRoot', ofPod(pod, 'runAsNonRoot'))}`]),
    ...each(pod, (container) => (inherited(pod, container, 'runAsNonRoot') === true ? null : named('runAsNonRoot', inherited(pod, container, 'runAsNonRoot')))),
  ] },
  { name: 'run_as_user', requirement: 'non_root', standard: 'restricted', expected: 'no user 0', good: 'none', broken: (pod) => {
    const root = (value: unknown): boolean => !absent(value) && !(typeof value === 'number' && Number.isSafeInteger(value) && value > 0);
    return [...(root(ofPod(pod, 'runAsUser')) ? [`the pod: ${named('runAsUser', ofPod(pod, 'runAsUser'))}`] : []), ...each(pod, (container) => (root(context(container, 'runAsUser')) ? named('runAsUser', context(container, 'runAsUser')) : null))];
  } },
  { name: 'read_only_root', requirement: 'read_only_root', standard: null, expected: 'readOnlyRootFilesystem true for every container', good: 'so everywhere', broken: (pod) => each(pod, (container) => (context(container, 'readOnlyRootFilesystem') === true ? null : named('readOnlyRootFilesystem', context(container, 'readOnlyRootFilesystem')))) },
  { name: 'privilege_escalation', requirement: 'no_privilege_escalation', standard: 'restricted', expected: 'allowPrivilegeEscalation false for every container', good: 'so everywhere', linuxOnly: true, broken: (pod) => each(pod, (container) => (context(container, 'allowPrivilegeEscalation') === false ? null : named('allowPrivilegeEscalation', context(container, 'allowPrivilegeEscalation')))) },
  { name: 'capabilities', requirement: 'no_privilege_escalation', standard: 'restricted', expected: 'every container drops ALL capabilities and adds none but NET_BIND_SERVICE', good: 'so everywhere', linuxOnly: true, broken: (pod) => each(pod, (container) => {
    const [drop, add] = [capabilityList(context(container, 'capabilities', 'drop')), capabilityList(context(container, 'capabilities', 'add'))];
    const wrong = [...(drop?.includes('ALL') ? [] : ['does not drop ALL']), ...(add === null ? ['adds what is no list of names'] : add.filter((name) => name !== 'NET_BIND_SERVICE').map((name) => `adds ${name.slice(0, 100)}`))];
    return wrong.length === 0 ? null : few(wrong);
  }) },
  { name: 'limits', requirement: 'limits', standard: null, expected: 'a limit of CPU and memory for every container, its own or its pod’s', good: 'so everywhere', broken: (pod) => each(pod, ({ kind, fields }) => {
    // Kubernetes takes no resources for ephemeral containers: they share what the pod has.
    if (kind === 'ephemeral') return null;
    const missing = ['cpu', 'memory'].filter((resource) => !positiveQuantity(at(fields, 'resources', 'limits', resource)) && !positiveQuantity(at(pod.spec, 'resources', 'limits', resource)));
    return missing.length === 0 ? null : `no limit of ${missing.join(' and ')}`;
  }) },
  { name: 'read_only_data', requirement: 'read_only_data', standard: null, expected: 'storage that outlives the pod is mounted read-only', good: 'nothing lasting is writable', broken: (pod) => lastingMounts(pod).filter(({ writable }) => writable).map(({ where, volume }) => `${where}: ${volume} is writable`) },
  { name: 'runs_once', requirement: 'ephemeral', standard: null, expected: 'a pod that ends with its work: restartPolicy Never or OnFailure', good: 'so it is', broken: ({ spec }) => (spec['restartPolicy'] === 'Never' || spec['restartPolicy'] === 'OnFailure' ? [] : [absent(spec['restartPolicy']) ? 'restartPolicy is not set, which is Always' : named('restartPolicy', spec['restartPolicy'])]) },
  { name: 'leaves_nothing', requirement: 'ephemeral', standard: null, expected: 'no place to write that outlives the pod', good: 'none', broken: (pod) => lastingMounts(pod).filter(({ writable }) => writable).map(({ volume }) => volume) },
  { name: 'image_pinned', requirement: 'dependencies_locked', standard: null, expected: 'every image named by its SHA-256 digest', good: 'all are', broken: (pod) => each(pod, (container) => (pinnedDigest(imageOf(container)) === null ? (imageOf(container) === '' ? 'names no image' : `${imageOf(container).slice(0, 200)} can change`) : null)) },
  { name: 'secrets_by_reference', requirement: 'secrets', standard: null, expected: 'secrets come by reference, none is written into the pod', good: 'no variable that is named like a secret holds a value', broken: (pod) => each(pod, ({ fields }) => few(listOf(fields['env']).flatMap((variable) => { const name = textOf(at(variable, 'name')); const value = at(variable, 'value'); return name !== null && isSecretName(name) && !absent(value) && value !== '' ? [`${name} holds a value`] : []; })) || null) },
];

/** What else is known of the pod. */
export type PodContext = {
  /** Digest of the image that the training is said to have run in, `sha256:…`. */
  readonly imageDigest?: string | null;
};

/**
 * Checks a pod: `document` is a Pod or a PodSpec (v1, JSON) of any shape. Every check is evaluated, for the pod and for every container,
 * init and ephemeral ones included. Never throws; a document that is no pod fails `pod` and leaves the rest not evaluated.
 */
export function podChecks(document: unknown, { imageDigest = null }: PodContext = {}): PodCheck[] {
  const pod = podOf(document);
  const shape = { name: 'pod', requirement: 'isolated', standard: null, expected: 'a Kubernetes Pod or PodSpec with at least one container' } as const;
  const imageCheck = { name: 'image_digest', requirement: 'dependencies_locked', standard: null, expected: imageDigest === null ? 'a container runs the image that was named by digest' : `a container runs the image ${imageDigest}` } as const;
  if (pod === null) {
    return [{ ...shape, verdict: 'failed', actual: 'it is none' }, ...[...rules, imageCheck].map(({ name, requirement, standard, expected }): PodCheck => ({ name, requirement, standard, expected, verdict: 'not_evaluated', actual: 'not evaluated: there is no pod' }))];
  }
  const windows = at(pod.spec, 'os', 'name') === 'windows';
  const digests = [...new Set(pod.containers.flatMap((container) => pinnedDigest(imageOf(container)) ?? []))];
  return [
    { ...shape, verdict: pod.malformed.length === 0 ? 'passed' : 'failed', actual: pod.malformed.length === 0 ? `a pod with ${counted(pod.containers.length, 'container')}` : `no list or no object: ${few(pod.malformed)}` },
    ...rules.map(({ name, requirement, standard, expected, good, broken, linuxOnly }): PodCheck => {
      const base = { name, requirement, standard, expected };
      if (windows && linuxOnly) return { ...base, verdict: 'not_evaluated', actual: 'not evaluated: the field means nothing on Windows' };
      const wrong = broken(pod);
      return wrong.length === 0 ? { ...base, verdict: 'passed', actual: good } : { ...base, verdict: 'failed', actual: few(wrong, 5) };
    }),
    imageDigest === null
      ? { ...imageCheck, verdict: 'not_evaluated', actual: digests.length === 0 ? 'no image digest is known' : `no digest was given; the pod runs ${few(digests, 3)}` }
      : { ...imageCheck, verdict: digests.includes(imageDigest) ? 'passed' : 'failed', actual: digests.length === 0 ? 'no container names its image by digest' : few(digests, 3) },
  ];
}

/** Whether a pod meets the profile "restricted" of the Pod Security Standards, which includes "baseline". A document that is no pod does not. */
export function meetsRestricted(checks: readonly PodCheck[]): boolean {
  const shaped = checks.some(({ name, verdict }) => name === 'pod' && verdict === 'passed');
  // Where there is a pod, a check of the standard is not evaluated only when the standard itself does not ask it of this operating system.
  return shaped && checks.every(({ standard, verdict }) => standard === null || verdict !== 'failed');
}

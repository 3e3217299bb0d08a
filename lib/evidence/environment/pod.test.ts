import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { environmentRequirements, meetsRestricted, podChecks } from './pod.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const container = (name: string): Record<string, unknown> => ({
  name,
  image: `registry.example/train@${digest}`,
  resources: { limits: { cpu: '2', memory: '4Gi' } },
  securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
  volumeMounts: [{ name: 'data', mountPath: '/data', readOnly: true }, { name: 'scratch', mountPath: '/tmp' }],
  env: [{ name: 'API_TOKEN', valueFrom: { secretKeyRef: { name: 'tokens', key: 'api' } } }, { name: 'EPOCHS', value: '3' }],
});
type Spec = Record<string, unknown> & { containers: Record<string, unknown>[]; initContainers: Record<string, unknown>[]; securityContext: Record<string, unknown>; volumes: Record<string, unknown>[] };
const goodSpec = (): Spec => ({
  restartPolicy: 'Never',
  securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
  initContainers: [container('fetch')],
  containers: [container('train')],
  volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'flights' } }, { name: 'scratch', emptyDir: {} }],
});
const failed = (document: unknown): string[] => podChecks(document, { imageDigest: digest }).filter(({ verdict }) => verdict === 'failed').map(({ name }) => name);
const withFirst = (list: 'containers' | 'initContainers', change: (one: Record<string, unknown>) => Record<string, unknown>): Spec => { const spec = goodSpec(); return { ...spec, [list]: [change(spec[list][0] ?? {}), ...spec[list].slice(1)] }; };
const secured = (change: Record<string, unknown>) => (one: Record<string, unknown>) => ({ ...one, securityContext: { ...(one['securityContext'] as object), ...change } });

describe('a pod that is restricted, read-only, bounded and ends with its work', () => {
  it('passes every check, as a PodSpec and as a Pod', () => {
    for (const document of [goodSpec(), { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'train' }, spec: goodSpec() }]) {
      const checks = podChecks(document, { imageDigest: digest });
      expect(checks.filter(({ verdict }) => verdict !== 'passed')).toEqual([]);
      expect(meetsRestricted(checks)).toBe(true);
    }
  });

  it('speaks for every requirement but the network, which the pod cannot tell', () => {
    const told = new Set(podChecks(goodSpec()).map(({ requirement }) => requirement));
    expect(environmentRequirements.filter((requirement) => !told.has(requirement))).toEqual(['network_egress']);
  });
});

/** What is changed, and exactly the checks that fail then. */
const perContainer: readonly (readonly [string, (one: Record<string, unknown>) => Record<string, unknown>, readonly string[]])[] = [
  ['privileged', secured({ privileged: true }), ['privileged']],
  ['privileged written as text', secured({ privileged: 'false' }), ['privileged']],
  ['escalation allowed', secured({ allowPrivilegeEscalation: true }), ['privilege_escalation']],
  ['escalation not said', secured({ allowPrivilegeEscalation: null }), ['privilege_escalation']],
  ['capabilities kept', secured({ capabilities: {} }), ['capabilities']],
  ['one capability dropped', secured({ capabilities: { drop: ['NET_RAW'] } }), ['capabilities']],
  ['a capability added', secured({ capabilities: { drop: ['ALL'], add: ['SYS_ADMIN'] } }), ['capabilities']],
  ['root for this container alone', secured({ runAsNonRoot: false }), ['run_as_non_root']],
  ['user 0', secured({ runAsUser: 0 }), ['run_as_user']],
  ['writable root', secured({ readOnlyRootFilesystem: false }), ['read_only_root']],
  ['seccomp switched off', secured({ seccompProfile: { type: 'Unconfined' } }), ['seccomp']],
  ['AppArmor switched off', secured({ appArmorProfile: { type: 'Unconfined' } }), ['apparmor']],
  ['a SELinux type of its own', secured({ seLinuxOptions: { type: 'spc_t' } }), ['selinux']],
  ['a SELinux role', secured({ seLinuxOptions: { role: 'sysadm_r' } }), ['selinux']],
  ['/proc unmasked', secured({ procMount: 'Unmasked' }), ['proc_mount']],
  ['HostProcess', secured({ windowsOptions: { hostProcess: true } }), ['host_process']],
  ['a port of the host', (one) => ({ ...one, ports: [{ containerPort: 80, hostPort: 80 }] }), ['host_ports']],
  ['a probe of another host', (one) => ({ ...one, livenessProbe: { httpGet: { host: '169.254.169.254', port: 80 } } }), ['host_probes']],
  ['a hook that calls another host', (one) => ({ ...one, lifecycle: { preStop: { tcpSocket: { host: '10.0.0.1', port: 1 } } } }), ['host_probes']],
  ['no memory limit', (one) => ({ ...one, resources: { limits: { cpu: '2' } } }), ['limits']],
  ['a limit of zero', (one) => ({ ...one, resources: { limits: { cpu: '0', memory: '1Gi' } } }), ['limits']],
  ['data mounted writable', (one) => ({ ...one, volumeMounts: [{ name: 'data', mountPath: '/data' }] }), ['read_only_data', 'leaves_nothing']],
  ['data as a raw device', (one) => ({ ...one, volumeDevices: [{ name: 'data', devicePath: '/dev/x' }] }), ['read_only_data', 'leaves_nothing']],
  ['an image by tag', (one) => ({ ...one, image: 'registry.example/train:latest' }), ['image_pinned']],
  ['a secret in the pod', (one) => ({ ...one, env: [{ name: 'DB_PASSWORD', value: 'hunter2' }] }), ['secrets_by_reference']],
];

describe('each weakness fails exactly its own check', () => {
  for (const [what, change, expected] of perContainer) {
    it.each(['containers', 'initContainers'] as const)(`${what}, in %s`, (list) => {
      // The image digest is also looked for in the other container.
      expect(failed(withFirst(list, change))).toEqual(expected);
    });
    it(`${what}, in an ephemeral container`, () => {
      // Kubernetes takes no resources for these.
      const own = change(container('debugger'));
      const { resources: _, ...rest } = own;
      const spec = { ...goodSpec(), ephemeralContainers: [what.includes('limit') ? container('debugger') : rest] };
      expect(failed(spec)).toEqual(what.includes('limit') ? ['debug_container'] : expect.arrayContaining(['debug_container', ...expected]));
    });
  }

  const ofThePod: readonly (readonly [string, (spec: Spec) => unknown, readonly string[]])[] = [
    ['the host’s network', (spec) => ({ ...spec, hostNetwork: true }), ['host_namespaces']],
    ['the host’s processes', (spec) => ({ ...spec, hostPID: true }), ['host_namespaces']],
    ['a host path', (spec) => ({ ...spec, volumes: [...spec.volumes, { name: 'socket', hostPath: { path: '/var/run/docker.sock' } }] }), ['host_path', 'volume_types']],
    ['a volume of NFS', (spec) => ({ ...spec, volumes: [...spec.volumes, { name: 'share', nfs: { server: 'x', path: '/' } }] }), ['volume_types']],
    ['non-root not said', (spec) => ({ ...spec, securityContext: { ...spec.securityContext, runAsNonRoot: null } }), ['run_as_non_root']],
    ['the pod as user 0', (spec) => ({ ...spec, securityContext: { ...spec.securityContext, runAsUser: 0 } }), ['run_as_user']],
    ['no seccomp profile', (spec) => ({ ...spec, securityContext: { runAsNonRoot: true } }), ['seccomp']],
    ['an unsafe sysctl', (spec) => ({ ...spec, securityContext: { ...spec.securityContext, sysctls: [{ name: 'kernel.msgmax', value: '1' }] } }), ['sysctls']],
    ['restarts always', (spec) => ({ ...spec, restartPolicy: 'Always' }), ['runs_once']],
    ['restart policy not said', (spec) => ({ ...spec, restartPolicy: null }), ['runs_once']],
    ['AppArmor by annotation', (spec) => ({ metadata: { annotations: { 'container.apparmor.security.beta.kubernetes.io/train': 'unconfined' } }, spec }), ['apparmor']],
    ['containers hidden as an object', (spec) => ({ ...spec, initContainers: { 0: container('x') } }), ['pod']],
  ];
  it.each(ofThePod)('%s', (_what, change, expected) => expect(failed(change(goodSpec()))).toEqual(expected));
});

describe('what is no pod, and what cannot be told', () => {
  it.each([null, 'pod', [], {}, { spec: {} }, { spec: { containers: [] } }, { containers: 'all' }])('%j fails and evaluates nothing', (document) => {
    const checks = podChecks(document);
    expect(checks.filter(({ verdict }) => verdict === 'passed')).toEqual([]);
    expect(checks[0]).toMatchObject({ name: 'pod', verdict: 'failed' });
    expect(meetsRestricted(checks)).toBe(false);
  });

  it('an image digest that was not given is not evaluated, another one fails', () => {
    expect(podChecks(goodSpec()).find(({ name }) => name === 'image_digest')?.verdict).toBe('not_evaluated');
    expect(podChecks(goodSpec(), { imageDigest: `sha256:${'b'.repeat(64)}` }).find(({ name }) => name === 'image_digest')?.verdict).toBe('failed');
  });

  it('a pod’s own limits and read-only claims count for its containers', () => {
    const spec = goodSpec();
    const bare = { ...container('train'), resources: {}, volumeMounts: [{ name: 'data', mountPath: '/data' }] };
    expect(failed({ ...spec, containers: [bare], resources: { limits: { cpu: '500m', memory: '1e9' } }, volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'flights', readOnly: true } }] })).toEqual([]);
  });

  it('whatever the document holds, every check answers and none throws', () => {
    const names = podChecks(goodSpec()).map(({ name }) => name);
    const anything = fc.anything({ withNullPrototype: true, maxDepth: 4 });
    const podLike = fc.record({ containers: fc.array(fc.oneof(anything, fc.record({ securityContext: anything, volumeMounts: anything, env: anything, ports: anything, image: anything, resources: anything })), { minLength: 1, maxLength: 3 }), volumes: anything, securityContext: anything, initContainers: anything });
    fc.assert(fc.property(fc.oneof(anything, podLike), (document) => { expect(podChecks(document).map(({ name }) => name)).toEqual(names); }), { numRuns: 500 });
  });

  it('a random field of a good pod set to something of another type never makes a failing pod pass', () => {
    const bad = withFirst('containers', secured({ privileged: true, allowPrivilegeEscalation: true }));
    fc.assert(fc.property(fc.constantFrom('privileged', 'allowPrivilegeEscalation'), fc.oneof(fc.string({ minLength: 1 }), fc.integer({ min: 1 }), fc.array(fc.anything()), fc.dictionary(fc.string(), fc.string())), (field, value) => {
      const spec = { ...bad, containers: bad.containers.map(secured({ [field]: value })) };
      expect(meetsRestricted(podChecks(spec))).toBe(false);
    }), { numRuns: 300 });
  });
});

// Lint rules: strict TypeScript, and the architecture's import zones (docs/architecture.md).
import next from '@next/eslint-plugin-next';
import hooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

/** Domains, lowest first: a domain may import those before it, and only through their index.ts. */
export const domains = [
  'identity', 'audit', 'policy', 'windows', 'runs', 'evidence', 'lineage', 'findings', 'inventory', 'incidents', 'cards', 'registry', 'exceptions', 'approvals', 'deployments', 'impact', 'drift', 'ingest', 'overview', 'search',
];

const sqlOnlyInStores = {
  // A pattern that begins with # would be a comment; the types of transactions (lib/db/client.ts) are everybody's.
  group: ['drizzle-orm', 'drizzle-orm/*', 'pg', 'pg-boss', '\\#lib/db/schema/*', '\\#lib/db/conditions.ts', '\\#lib/db/prepared*'],
  message: 'SQL lives in lib/db and in store.ts files alone.',
};
const identityOwnsNextAuth = { group: ['next-auth', 'next-auth/*'], message: 'next-auth is used behind lib/identity alone.' };
const noServerCode = {
  group: ['\\#lib/db/*', '\\#lib/kernel/command.ts', '\\#lib/kernel/query.ts', '\\#lib/*/store.ts', '\\#lib/*/commands.ts', '\\#lib/*/queries.ts', '\\#app/*'],
  message: 'Components take domain types and client-safe schemas, no server code.',
};

const domainZones = domains.map((domain, rank) => ({
  files: [`lib/${domain}/**/*.ts`],
  rules: {
    'no-restricted-imports': ['error', {
      patterns: [
        { group: ['\\#app/*', '\\#components/*', '\\#cli/*', '\\#scripts/*'], message: 'Imports point down only.' },
        ...domains.slice(rank + 1).map((higher) => ({ group: [`\\#lib/${higher}/*`], message: `${domain} may not import ${higher}: publish an event to the outbox instead.` })),
        ...domains.slice(0, rank).map((lower) => ({ group: [`\\#lib/${lower}/*`, `!\\#lib/${lower}/index.ts`, `!\\#lib/${lower}/schema.ts`], message: `Import ${lower} through its index.ts.` })),
        ...(domain === 'identity' ? [] : [identityOwnsNextAuth]),
        { ...sqlOnlyInStores },
      ],
    }],
  },
}));

export default tseslint.config(
  { ignores: ['node_modules/', '.next/', 'dist/', '.gatehouse/', 'next-env.d.ts', 'test-results/', 'playwright-report/', 'drizzle/'] },
  ...tseslint.configs.strict,
  {
    plugins: { '@next/next': next, 'react-hooks': hooks },
    rules: {
      ...next.configs.recommended.rules,
      ...next.configs['core-web-vitals'].rules,
      ...hooks.configs.recommended.rules,
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-invalid-void-type': 'off',
      'no-console': 'error',
      eqeqeq: ['error', 'always'],
      'no-restricted-properties': ['error', { object: 'process', property: 'env', message: 'Read settings from lib/env.ts.' }],
      'no-restricted-imports': ['error', { patterns: [sqlOnlyInStores, identityOwnsNextAuth] }],
    },
  },
  ...domainZones,
  { files: ['components/**/*.{ts,tsx}'], rules: { 'no-restricted-imports': ['error', { patterns: [noServerCode, sqlOnlyInStores, identityOwnsNextAuth] }] } },
  { files: ['lib/db/**', 'lib/jobs/**', 'lib/kernel/audit-event.ts', 'lib/*/store.ts', 'lib/*/store/*.ts', 'lib/live.ts', 'lib/readiness.ts', 'scripts/**', 'bench/**', 'e2e/**', '**/*.test.ts', 'lib/testing/**'], rules: { 'no-restricted-imports': 'off' } },
  { files: ['lib/env.ts', 'instrumentation.ts', 'proxy.ts', 'scripts/**', 'cli/**', 'bench/**', 'clients/**', 'e2e/**', 'examples/**', '*.config.*', '**/*.test.ts', 'lib/testing/**'], rules: { 'no-restricted-properties': 'off' } },
  { files: ['scripts/**', 'cli/**', 'bench/**', 'clients/**', 'examples/**'], rules: { 'no-console': 'off' } },
);

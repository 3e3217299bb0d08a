// Settings: the one place that reads the process environment. Everything else is given what it needs.
import { z } from 'zod';

const schema = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  /** Connection of the application role (never the owner): any PostgreSQL 15 or newer. */
  DATABASE_URL: z.string().min(1).optional(),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(200).default(16),
  /** Signs the cookie that carries a session's id. At least 32 characters. */
  NEXTAUTH_SECRET: z.string().min(32).optional(),
  /** The portal's own key, by which it signs approvals and verification summaries: base64 of a PKCS #8 document, ECDSA P-256. Unset: nothing is signed. */
  GATEHOUSE_SIGNING_KEY: z.base64().min(100).optional(),
  /** Public address of the portal, used for callbacks and cookies. */
  NEXTAUTH_URL: z.url().optional(),
  OIDC_ISSUER: z.url().optional(),
  OIDC_CLIENT_ID: z.string().optional(),
  OIDC_CLIENT_SECRET: z.string().optional(),
  OIDC_NAME: z.string().default('Single sign-on'),
  SESSION_HOURS: z.coerce.number().min(0.1).max(720).default(12),
  /** Largest request body, in bytes: one event, a batch of events, one attestation. */
  MAX_EVENT_BYTES: z.coerce.number().int().positive().default(5 * 1024 * 1024),
  MAX_BATCH_BYTES: z.coerce.number().int().positive().default(50 * 1024 * 1024),
  MAX_EVIDENCE_BYTES: z.coerce.number().int().positive().default(50 * 1024 * 1024),
  /** Reports of runs that one process works on at once, and bytes of their bodies; beyond either the answer is 503 at once. */
  INGEST_MAX_REQUESTS: z.coerce.number().int().min(1).max(100_000).default(512),
  INGEST_MAX_BYTES: z.coerce.number().int().min(1024).default(256 * 1024 * 1024),
  /** How long one event may take before the answer is 503; OpenLineage's clients wait 5 seconds. */
  INGEST_ANSWER_SECONDS: z.coerce.number().min(0.1).max(300).default(4),
  /** How long a deployer waits for an answer before it is 503, which is no yes. */
  DECISION_ANSWER_SECONDS: z.coerce.number().min(0.1).max(60).default(4),
  /** Which namespace of Kubernetes is which environment, for the admission webhook: `payments=production, lab=sandbox`; `production!`: every pod must name its model. */
  ADMISSION_NAMESPACES: z.string().max(20_000).default(''),
  /** A server of Open Policy Agent, asked by the rules of policies that name one of its paths. Its answer is waited for so long. */
  OPA_URL: z.url({ protocol: /^https?$/ }).optional(),
  OPA_TOKEN: z.string().min(1).optional(),
  OPA_TIMEOUT_MS: z.coerce.number().int().min(50).max(5_000).default(1_500),
  /** Names of aliases, joined by commas, that only reviewers and security of a model's team may move. */
  PROTECTED_ALIASES: z.string().default('').transform((names) => names.split(',').map((name) => name.trim()).filter(Boolean)),
  /** Header that carries the client's address when a proxy stands in front, e.g. `x-forwarded-for`; unset: nobody is believed. */
  TRUSTED_ADDRESS_HEADER: z.string().optional(),
  /** Days after which the bytes of events may be removed that no registered model and no evidence has to do with; unset: they are kept for ever. */
  EVENT_RETENTION_DAYS: z.coerce.number().int().min(30).max(36_500).optional(),
});

export type Settings = z.infer<typeof schema>;

let cached: Settings | undefined;

/** The validated settings. Throws one error that names every wrong variable (never its value). */
export function settings(): Settings {
  if (cached) return cached;
  const parsed = schema.safeParse(process.env);
  if (!parsed.success) {
    throw new Error(`Unsuitable settings: ${parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')}`);
  }
  cached = parsed.data;
  return cached;
}

/** A setting that must be there. */
export function required<K extends keyof Settings>(name: K): NonNullable<Settings[K]> {
  const value = settings()[name];
  if (value === undefined || value === null) throw new Error(`${name} is not set: see docs/operating.md for the settings a portal needs.`);
  return value;
}

// Where the subject of an audit event is shown.

const pages: Record<string, (id: string) => string> = {
  run: (id) => `/runs/${id}`,
  evidence: (id) => `/evidence/${id}`,
  finding: (id) => `/findings/${id}`,
  promotion: (id) => `/approvals/${id}`,
  asset_version: (id) => `/data/${id}`,
  data_source: (id) => `/data/sources/${id}`,
  trust_key: (id) => `/settings/trust-keys#${id}`,
  policy_version: (id) => `/policies#${id}`,
  policy_exception: (id) => `/policies/exceptions#${id}`,
  deployment: (id) => `/deployments#${id}`,
  person: (id) => `/settings/people#${id}`,
  service_account: (id) => `/settings/service-accounts#${id}`,
};

/** The page of a subject, where it has one. */
export const subjectHref = (subjectTable: string, subjectId: string): string | undefined => pages[subjectTable]?.(subjectId);

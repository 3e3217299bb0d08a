// What a reference of a finding stands for: OWASP Machine Learning Security Top 10 (2023), MITRE ATLAS 5.6, NIST AI RMF. Safe for the browser.

export type Reference = { readonly id: string; readonly source: string; readonly name: string; readonly url: string | null };

const owasp = (id: string, name: string, slug: string): Reference => ({ id, source: 'OWASP Machine Learning Security Top 10', name, url: `https://owasp.org/www-project-machine-learning-security-top-10/docs/${slug}` });
const technique = (id: string, name: string): Reference => ({ id, source: 'MITRE ATLAS technique', name, url: `https://atlas.mitre.org/techniques/${id}` });
const mitigation = (id: string, name: string): Reference => ({ id, source: 'MITRE ATLAS mitigation', name, url: `https://atlas.mitre.org/mitigations/${id}` });
const nist = (id: string, name: string): Reference => ({ id, source: 'NIST AI Risk Management Framework', name, url: null });

const known = [
  owasp('ML02:2023', 'Data poisoning attack', 'ML02_2023-Data_Poisoning_Attack'),
  owasp('ML06:2023', 'AI supply chain attacks', 'ML06_2023-AI_Supply_Chain_Attacks'),
  owasp('ML08:2023', 'Model skewing', 'ML08_2023-Model_Skewing'),
  owasp('ML10:2023', 'Model poisoning', 'ML10_2023-Model_Poisoning'),
  technique('AML.T0010', 'AI supply chain compromise'),
  technique('AML.T0018', 'Manipulate AI model'),
  technique('AML.T0020', 'Poison training data'),
  technique('AML.T0076', 'Corrupt AI model'),
  mitigation('AML.M0013', 'Code signing'),
  mitigation('AML.M0014', 'Verify AI artifacts'),
  mitigation('AML.M0025', 'Maintain AI dataset provenance'),
  nist('NIST MAP 4.1', 'Legal risks of data and third-party components are mapped'),
  nist('NIST MEASURE 2.7', 'Security and resilience are evaluated and documented'),
  nist('NIST MEASURE 2.11', 'Fairness and bias are evaluated and documented'),
  nist('NIST MANAGE 1.3', 'Responses to high-priority risks are developed and documented'),
];
const byId = new Map(known.map((reference) => [reference.id, reference]));

/** The full name of a reference; an unknown id stands for itself. */
export const referenceOf = (id: string): Reference => byId.get(id) ?? { id, source: '', name: '', url: null };

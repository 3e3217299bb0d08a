// Names for large numbers of pipelines and data: words that belong together, as organisations write them.
const domains = ['payments', 'claims', 'lending', 'retail', 'mobility', 'energy', 'logistics', 'insurance', 'travel', 'telecom', 'pricing', 'marketing'];
const subjects = ['customer', 'transaction', 'shipment', 'invoice', 'merchant', 'contract', 'session', 'vehicle', 'meter', 'policyholder', 'booking', 'inventory', 'account', 'campaign', 'delivery', 'document', 'device', 'supplier', 'warehouse', 'complaint'];
const purposes = ['churn', 'fraud', 'demand', 'delay', 'default', 'affinity', 'anomaly', 'lifetime', 'ranking', 'routing', 'maintenance', 'severity', 'propensity', 'capacity', 'conversion', 'attrition'];
const grains = ['daily', 'hourly', 'weekly', 'monthly', 'snapshot', 'history', 'events', 'aggregates'];

const pick = (list: readonly string[], n: number): string => list[n % list.length] ?? '';

/** `payments-customer-churn`, with a number where the words have all been used. */
export function pipelineName(n: number): string {
  const words = `${pick(domains, n)}-${pick(subjects, Math.floor(n / domains.length))}-${pick(purposes, Math.floor(n / 7))}`;
  const round = Math.floor(n / (domains.length * subjects.length));
  return round === 0 ? words : `${words}-${round + 1}`;
}

/** `retail.booking_events_2026_03_14_part_7`. */
export function tableName(n: number): string {
  const day = new Date(Date.UTC(2020, 0, 1) + (n % 2_190) * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '_');
  return `${pick(domains, n * 7)}.${pick(subjects, Math.floor(n / 3))}_${pick(grains, Math.floor(n / 11))}_${day}_part_${Math.floor(n / 2_190)}`;
}

export const peopleNames = ['Ada Brandt', 'Bela Moser', 'Chidi Okafor', 'Dana Levin', 'Elif Kaya', 'Farid Nasser', 'Greta Holm', 'Hiro Tanaka', 'Ines Duarte', 'Jonas Weber', 'Kira Novak', 'Luca Ferri', 'Mina Park', 'Noor Haddad', 'Olek Zielinski', 'Priya Raman'];
export const teamNames = ['payments', 'risk', 'retail', 'mobility', 'energy', 'logistics', 'insurance', 'travel'];

// Loads every domain, so that the registry of operations is complete.
import './identity/index.ts';
import './audit/index.ts';
import './runs/index.ts';
import './lineage/index.ts';
import './policy/index.ts';
import './windows/index.ts';
import './evidence/index.ts';
import './findings/index.ts';
import './inventory/index.ts';
import './incidents/index.ts';
import './cards/index.ts';
import './registry/index.ts';
import './exceptions/index.ts';
import './approvals/index.ts';
import './deployments/index.ts';
import './impact/index.ts';
import './drift/index.ts';
import './ingest/index.ts';
import './overview/index.ts';
import './search/index.ts';

export { registeredOperations } from './kernel/registry.ts';

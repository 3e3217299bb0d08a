// A policy is known by the digest of its canonical JSON (RFC 8785). Pure.
import { digestOf, type Json } from '#lib/kernel/canonical-json.ts';
import type { PolicyContent } from './schema.ts';

export const policyDigest = (content: PolicyContent): string => digestOf(content as unknown as Json);

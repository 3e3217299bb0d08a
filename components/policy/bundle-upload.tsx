// Uploading a compiled bundle of Open Policy Agent: the policy then names it by its digest.
'use client';

import { useState } from 'react';
import { z } from 'zod';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';

const uploaded = z.object({ digest: z.string(), entrypoints: z.array(z.string()) });
const refused = z.object({ detail: z.string() });

/** `onUploaded` gets the digest, once the portal has loaded the bundle and kept it. */
export function BundleUpload({ onUploaded }: { readonly onUploaded: (digest: string) => void }) {
  const [said, setSaid] = useState<{ readonly ok: boolean; readonly text: string } | null>(null);
  const send = async (file: File | undefined) => {
    if (!file) return;
    setSaid({ ok: true, text: 'The portal is loading it.' });
    try {
      const response = await fetch('/api/v1/policy-bundles', { method: 'POST', credentials: 'same-origin', headers: { 'content-type': 'application/gzip' }, body: file });
      const body: unknown = await response.json().catch(() => null);
      const found = uploaded.safeParse(body);
      if (response.ok && found.success) {
        onUploaded(found.data.digest);
        setSaid({ ok: true, text: `Kept. Rules may name ${found.data.entrypoints.join(', ')}. It decides nothing before a policy with its digest is confirmed.` });
        return;
      }
      const problem = refused.safeParse(body);
      setSaid({ ok: false, text: problem.success ? problem.data.detail : `The server answered ${response.status}.` });
    } catch {
      setSaid({ ok: false, text: 'No answer from the server.' });
    }
  };
  return (
    <Field label="Compiled OPA bundle" hint={said?.ok ? said.text : <>Made by <code>opa build -t wasm -e package/rule</code>. With one, the rules of OPA are decided by it and not by the server.</>} error={said && !said.ok ? said.text : undefined}>
      <Input type="file" accept=".gz,.tgz,application/gzip" onChange={(event) => void send(event.target.files?.[0])} />
    </Field>
  );
}

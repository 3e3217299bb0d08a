// The SLSA level that the evidence supports, every requirement with its verdict and where it can be seen, and what the next level needs.
import { Verdict } from '#components/evidence/verdict.tsx';
import { Disclosure } from '#components/ui/disclosure.tsx';
import { TextLink } from '#components/ui/link-button.tsx';
import type { Slsa, SlsaRequirement } from '#lib/registry/schema.ts';

const levels = [1, 2, 3, 4] as const;

export function SlsaPanel({ slsa }: { readonly slsa: Slsa }) {
  return (
    <div className="flex flex-col gap-2 text-sm">
      <p><span className="text-lg font-semibold tabular-nums">{slsa.level}</span> <span className="text-ink-3">of 4</span></p>
      {slsa.missing.length > 0 && (
        <div>
          <p className="text-xs text-ink-3">Level {slsa.level + 1} needs</p>
          <ul className="flex list-disc flex-col gap-0.5 pl-4">{slsa.missing.map((text) => <li key={text}>{text}</li>)}</ul>
        </div>
      )}
      {levels.map((level) => {
        const own = slsa.requirements.filter((one) => one.level === level);
        const held = own.filter(({ verdict }) => verdict === 'passed').length;
        return (
          <Disclosure key={level} open={level === slsa.level + 1} summary={<Verdict state={held === own.length ? 'passed' : own.some(({ verdict }) => verdict === 'failed') ? 'failed' : 'not_evaluated'}>{`Level ${level}: ${held} of ${own.length}`}</Verdict>}>
            <ul className="flex flex-col gap-1">{own.map((one) => <Requirement key={one.id} requirement={one} />)}</ul>
          </Disclosure>
        );
      })}
    </div>
  );
}

function Requirement({ requirement: { title, verdict, actual, references } }: { readonly requirement: SlsaRequirement }) {
  return (
    <li className="flex gap-1.5">
      <span className="pt-0.5"><Verdict state={verdict} iconOnly /></span>
      <span className="min-w-0 break-words">
        {title}
        <span className="block text-xs text-ink-3">{actual}{references.map(({ label, href }) => <span key={href}> <TextLink href={href}>{label}</TextLink></span>)}</span>
      </span>
    </li>
  );
}

// A text area for a CEL expression that completes members of the input document. A text area may not take the role of a combobox, so it stays a text box with a list (WAI-ARIA 1.2, aria-autocomplete).
'use client';

import { useId, useRef, useState, type KeyboardEvent } from 'react';
import { Field } from '#components/ui/field.tsx';
import { Textarea } from '#components/ui/input.tsx';
import { completionsAt, type Completion } from './completion.ts';

export function CelInput({ label, value, onChange, paths, error, hint, rows = 2 }: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly paths: readonly Completion[];
  readonly error?: string | undefined;
  readonly hint?: string | undefined;
  readonly rows?: number;
}) {
  const list = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const [offer, setOffer] = useState<ReturnType<typeof completionsAt>>(null);
  const [chosen, setChosen] = useState(0);
  const items = offer?.items ?? [];

  const look = (text: string, caret: number) => {
    setOffer(completionsAt(text, caret, paths));
    setChosen(0);
  };
  const accept = (item: Completion) => {
    const caret = area.current?.selectionStart ?? value.length;
    const start = offer?.start ?? caret;
    const next = `${value.slice(0, start)}${item.text}${value.slice(caret)}`;
    onChange(next);
    setOffer(null);
    requestAnimationFrame(() => {
      area.current?.focus();
      area.current?.setSelectionRange(start + item.text.length, start + item.text.length);
    });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (items.length === 0) {
      if (event.key === ' ' && event.ctrlKey) {
        event.preventDefault();
        look(value, area.current?.selectionStart ?? value.length);
      }
      return;
    }
    const current = items[chosen];
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setChosen((chosen + (event.key === 'ArrowDown' ? 1 : items.length - 1)) % items.length);
    } else if (event.key === 'Enter' && current) {
      event.preventDefault();
      accept(current);
    } else if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      setOffer(null);
    }
  };

  return (
    <div className="relative">
      <Field label={label} {...(hint !== undefined && { hint })} error={error}>
        <Textarea
          ref={area}
          mono
          rows={rows}
          spellCheck={false}
          autoComplete="off"
          aria-autocomplete="list"
          aria-controls={list}
          {...(items.length > 0 && { 'aria-activedescendant': `${list}-${chosen}` })}
          value={value}
          onChange={(event) => { onChange(event.target.value); look(event.target.value, event.target.selectionStart); }}
          onKeyDown={onKeyDown}
          onBlur={() => { setOffer(null); }}
        />
      </Field>
      <span role="status" className="sr-only">{items.length > 0 ? `${items.length} completions: arrow keys choose, Enter takes, Escape closes` : ''}</span>
      <ul id={list} role="listbox" aria-label={`Completions for ${label}`} hidden={items.length === 0} className="absolute inset-x-0 z-20 max-h-56 overflow-y-auto rounded-md border border-line bg-raised py-1 text-xs shadow-popover">
        {items.map((item, index) => (
          <li
            key={item.text}
            id={`${list}-${index}`}
            role="option"
            aria-selected={index === chosen}
            className={`flex cursor-default flex-wrap items-baseline gap-x-3 px-2.5 py-1 ${index === chosen ? 'bg-selected' : ''}`}
            onMouseDown={(event) => { event.preventDefault(); accept(item); }}
          >
            <code className="font-medium">{item.text}</code>
            <span className="text-ink-3">{item.type}</span>
            {item.description !== null && <span className="min-w-0 flex-1 truncate text-ink-2">{item.description}</span>}
          </li>
        ))}
      </ul>
    </div>
  );
}

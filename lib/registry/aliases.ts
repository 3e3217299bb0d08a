// Aliases of a model: names such as champion that people point at one of its versions. They grant nothing: decisions go by digests.
import { z } from 'zod';
import { announce } from '#lib/kernel/announce.ts';
import { audited } from '#lib/kernel/audit-event.ts';
import { command } from '#lib/kernel/command.ts';
import { failures, notFound } from '#lib/kernel/errors.ts';
import { newId } from '#lib/kernel/ids.ts';
import { comparable } from '#lib/kernel/list-input.ts';
import { pageInput, pageOf, pageRequest, toPage } from '#lib/kernel/page.ts';
import { may, teamsWith } from '#lib/kernel/permissions.ts';
import { query } from '#lib/kernel/query.ts';
import { ok } from '#lib/kernel/result.ts';
import { settings } from '#lib/env.ts';
import { unknownEnvironment } from '#lib/policy/index.ts';
import { modelName } from './schema.ts';
import { aliasByName, aliasCount, aliasesOf, aliasMoves, insertAlias, lockAlias, moveAlias, resolvedAlias } from './store/aliases.ts';
import { modelByName, visibleVersion } from './store/models.ts';

const failure = failures<'registry.alias_is_environment' | 'registry.alias_moved' | 'registry.alias_protected' | 'registry.too_many_aliases'>();
const mostAliases = 100;

/** Never only digits, nor v and digits: that would read as a version. */
export const aliasName = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'an alias is up to 40 lower-case letters, digits and hyphens').refine((name) => !/^v?\d+$/.test(name), 'would be read as a version');
const words = z.string().trim().min(3, 'say why, in at least three characters').max(1_000).refine(comparable, 'holds characters that are not text');
const number = z.int().min(1).max(2_147_483_647);

export const aliasView = z.object({ name: z.string(), modelVersionId: z.string(), version: z.number().int(), digest: z.string(), movedBy: z.object({ id: z.string(), name: z.string() }), movedAt: z.string(), reason: z.string() });
export type AliasView = z.infer<typeof aliasView>;
export const aliasMove = z.object({ id: z.string(), alias: z.string(), from: z.number().int().nullable(), to: z.number().int().nullable().describe('null: taken away.'), movedBy: z.object({ id: z.string(), name: z.string() }), at: z.string(), reason: z.string() });
export type AliasMove = z.infer<typeof aliasMove>;

/** Aliases that only those move who may decide on promotions (`PROTECTED_ALIASES`). */
export const isProtected = (name: string): boolean => settings().PROTECTED_ALIASES.includes(name);

/**
 * Points an alias at a version, or takes it away, in one step: nobody sees it pointing nowhere in between. `from` is the
 * version that it points at now, as the mover saw it (null: nowhere); when it has moved meanwhile nothing happens.
 * Errors: 409 `registry.alias_moved` with where it points, `registry.alias_is_environment`, `registry.too_many_aliases`; 403 `registry.alias_protected`.
 */
export const setModelAlias = command({
  name: 'registry.setModelAlias',
  summary: 'Point an alias of a model at a version, or take it away',
  input: z.strictObject({ name: modelName, alias: aliasName, version: number.nullable().describe('null: take it away.'), from: number.nullable().describe('The version that it points at now; null: none.'), reason: words }),
  output: z.object({ alias: z.string(), version: z.number().int().nullable(), digest: z.string().nullable(), from: z.number().int().nullable() }),
  permission: 'alias.move',
  subjectTable: 'model_alias',
  resource: async (tx, input) => {
    const found = await modelByName(tx, input.name);
    if (!found) return notFound('model');
    await lockAlias(tx, found.id, input.alias);
    return ok({ model: found });
  },
  scope: ({ model }) => ({ kind: 'team', teamId: model.teamId }),
  run: async (tx, input, { model }, { actor, now }) => {
    if (actor.kind !== 'person') return notFound('model');
    // A name that no environment has is what is wanted here.
    if ((await unknownEnvironment(tx, [input.alias])) === null) return failure('conflict', 'registry.alias_is_environment', `${input.alias} is the name of an environment. What runs there is decided by promotions, and an alias grants nothing: choose another name.`, { errors: [{ path: 'alias', message: 'is the name of an environment' }] });
    if (isProtected(input.alias) && !may(actor, 'promotion.decide', { kind: 'team', teamId: model.teamId })) return failure('forbidden', 'registry.alias_protected', `${input.alias} is protected: reviewers and security move it.`);
    const target = input.version === null ? null : await visibleVersion(tx, teamsWith(actor, 'read'), input.name, input.version);
    if (input.version !== null && !target) return notFound('model version');
    const known = await aliasByName(tx, model.id, input.alias);
    const points = known?.modelVersionId ? await resolvedAlias(tx, 'all', input.name, input.alias) : null;
    const current = points?.version ?? null;
    if (current !== input.from) return failure('conflict', 'registry.alias_moved', current === null ? `${input.alias} points nowhere now.` : `${input.alias} points at version ${current} now${points ? `, moved by ${points.movedBy.name}` : ''}. Look again before you move it.`, { details: { version: current } });
    if (!known && input.version === null) return notFound('alias');
    if (!known && (await aliasCount(tx, model.id)) >= mostAliases) return failure('conflict', 'registry.too_many_aliases', `A model has at most ${mostAliases} aliases.`);
    const row = { modelVersionId: target?.id ?? null, movedBy: actor.id, movedAt: now, reason: input.reason };
    const subjectId = known?.id ?? newId();
    if (known) await moveAlias(tx, known.id, row);
    else await insertAlias(tx, { id: subjectId, teamId: model.teamId, modelId: model.id, name: input.alias, ...row });
    announce('models', model.teamId);
    const entry = { subjectTable: 'model_alias', subjectId, teamId: model.teamId, reason: input.reason, before: { alias: input.alias, version: current }, after: { modelId: model.id, alias: input.alias, version: input.version, modelVersionId: row.modelVersionId } };
    return ok(audited({ alias: input.alias, version: input.version, digest: target?.digest ?? null, from: current }, entry));
  },
  http: { method: 'PUT', path: '/api/v1/models/{name}/aliases/{alias}', tag: 'Models', body: 'json' },
});

export const resolveAlias = query({
  name: 'registry.resolveAlias',
  summary: 'The version that an alias points at now. Deploy by its digest: an alias may move at any moment',
  input: z.strictObject({ name: modelName, alias: aliasName }),
  output: aliasView,
  permission: 'read',
  run: async (tx, input, { teams }) => {
    const found = await resolvedAlias(tx, teams, input.name, input.alias);
    return found ? ok(found) : notFound('alias');
  },
  http: { method: 'GET', path: '/api/v1/models/{name}/aliases/{alias}', tag: 'Models', body: 'none' },
});

export const listAliases = query({
  name: 'registry.listAliases',
  summary: 'Aliases of a model and where each points',
  input: z.strictObject({ name: modelName }),
  output: z.object({ items: z.array(aliasView), mayMove: z.boolean(), protectedNames: z.array(z.string()) }),
  permission: 'read',
  run: async (tx, input, { teams, actor }) => {
    const model = await modelByName(tx, input.name);
    if (!model || !(teams === 'all' || teams.includes(model.teamId))) return notFound('model');
    return ok({ items: await aliasesOf(tx, teams, input.name), mayMove: may(actor, 'alias.move', { kind: 'team', teamId: model.teamId }), protectedNames: [...settings().PROTECTED_ALIASES] });
  },
  http: { method: 'GET', path: '/api/v1/models/{name}/aliases', tag: 'Models', body: 'none' },
});

export const listAliasMoves = query({
  name: 'registry.listAliasMoves',
  summary: 'Every move of a model’s aliases, newest first',
  input: z.strictObject({ ...pageInput, name: modelName, alias: aliasName.optional(), sort: z.enum(['at', '-at']).default('-at') }),
  output: pageOf(aliasMove),
  permission: 'read',
  run: async (tx, input, { teams }) => {
    const request = pageRequest(input, input.sort);
    if (!request.ok) return request;
    return ok(toPage(await aliasMoves(tx, teams, input.name, input.alias, request.value), request.value, (row) => ({ value: row.at, id: row.id }), (row) => row));
  },
  http: { method: 'GET', path: '/api/v1/models/{name}/alias-moves', tag: 'Models', body: 'none' },
});

// Change windows: public face of the domain.
export { changeWindowNow } from './active.ts';
export { confirmWindow, proposeWindow, rejectWindow } from './commands.ts';
export { windowAt, type WindowNow } from './domain.ts';
export { listWindows } from './queries.ts';
export * from './schema.ts';

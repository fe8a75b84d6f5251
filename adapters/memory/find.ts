/** Entities by path. */
import type { Core, Entity, Queue } from './state.ts';

/** Paths ignore case; the spelling of the creation is the fast one. */
export function find<Body>(core: Core<Body>, path: string): Entity<Body> | undefined {
  // Most commands name the entity that the one before named.
  const { found } = core;
  if (found !== undefined && found.path === path) return found;
  const entity = core.entities.get(path) ?? core.folded.get(path.toLowerCase());
  core.found = entity;
  return entity;
}

/** The queues under a path: of a topic, all subscriptions. */
export function queuesAt<Body>(core: Core<Body>, path: string): readonly Queue<Body>[] {
  const entity = find(core, path);
  if (entity === undefined) return [];
  return entity.kind === 'topic' ? entity.subscriptions : [entity];
}

/** The shortest cycle of a graph, if it has one: transactions each of which came before the next, and the last before the first. */
import type { DependencyGraph, Edge, EdgeKind, Point } from "./dependency-graph.ts";

/** One step of a cycle: from a point of one transaction to a point of the next. */
export interface Link {
  readonly from: Point;
  readonly to: Point;
  readonly edge: Edge & { readonly kind: EdgeKind };
}

/** The shortest cycle of edges of these kinds, counted in steps between transactions. */
export function shortestCycle(
  graph: DependencyGraph,
  kinds: readonly EdgeKind[],
): readonly Link[] | undefined {
  const allowed = new Set<EdgeKind | undefined>([...kinds, undefined]);
  const components = componentsOf(graph, allowed);
  let best: readonly Link[] | undefined;
  for (const [start, component] of components.entries()) {
    if (component === undefined || graph.points[start]?.transaction === undefined) continue;
    const found = cycleFrom(graph, start, components, allowed, best?.length);
    if (found !== undefined) best = found;
    // There is none of one step: nothing came before itself.
    if (best?.length === 2) break;
  }
  return best;
}

/**
 * For each point the number of its strongly connected component, `undefined` where that is the point alone. Tarjan's algorithm, with a stack of its
 * own: histories are deeper than the stack of calls.
 */
function componentsOf(
  { edges }: DependencyGraph,
  allowed: ReadonlySet<EdgeKind | undefined>,
): readonly (number | undefined)[] {
  const components: (number | undefined)[] = Array(edges.length).fill(undefined);
  const order: number[] = Array(edges.length).fill(-1);
  const low: number[] = Array(edges.length).fill(0);
  const onStack: boolean[] = Array(edges.length).fill(false);
  const stack: number[] = [];
  let visited = 0;
  let count = 0;
  const enter = (point: number): { point: number; next: number } => {
    order[point] = low[point] = visited++;
    stack.push(point);
    onStack[point] = true;
    return { point, next: 0 };
  };
  for (let root = 0; root < edges.length; root++) {
    if (order[root] !== -1) continue;
    const path = [enter(root)];
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const { point } = top;
      const edge = edges[point]?.[top.next++];
      if (edge !== undefined) {
        if (!allowed.has(edge.kind)) continue;
        if (order[edge.to] === -1) path.push(enter(edge.to));
        else if (onStack[edge.to]) low[point] = Math.min(low[point] ?? 0, order[edge.to] ?? 0);
        continue;
      }
      path.pop();
      const before = path.at(-1)?.point;
      if (before !== undefined) low[before] = Math.min(low[before] ?? 0, low[point] ?? 0);
      if (low[point] !== order[point]) continue;
      const members = stack.splice(stack.lastIndexOf(point));
      for (const member of members) {
        onStack[member] = false;
        if (members.length > 1) components[member] = count;
      }
      count++;
    }
  }
  return components;
}

/** The way by which a point was reached. */
interface Way {
  readonly from: number;
  readonly edge: Edge;
}

/**
 * The shortest cycle through a point, if it is shorter than `limit`. A breadth-first search in which only what leaves a transaction counts as a
 * step: from a begin to the commit of the same transaction, and along the clock, costs nothing.
 */
function cycleFrom(
  graph: DependencyGraph,
  start: number,
  components: readonly (number | undefined)[],
  allowed: ReadonlySet<EdgeKind | undefined>,
  limit = Number.POSITIVE_INFINITY,
): readonly Link[] | undefined {
  const ways = new Map<number, Way>();
  const done = new Set<number>();
  let here = [start];
  for (let steps = 0; here.length > 0 && steps < limit; steps++) {
    const further: number[] = [];
    for (let point = here.pop(); point !== undefined; point = here.pop()) {
      if (done.has(point)) continue;
      done.add(point);
      for (const edge of graph.edges[point] ?? []) {
        const { to, kind } = edge;
        if (!allowed.has(kind) || components[to] !== components[start]) continue;
        const free = kind === undefined || graph.points[point]?.is === "clock";
        if (to === start) {
          const length = free ? steps : steps + 1;
          if (length < limit) return linksOf(graph, ways, start, { from: point, edge });
        } else if (!done.has(to) && (free || !ways.has(to))) {
          ways.set(to, { from: point, edge });
          (free ? here : further).push(to);
        }
      }
    }
    here = further;
  }
  return undefined;
}

function linksOf(
  { points }: DependencyGraph,
  ways: ReadonlyMap<number, Way>,
  start: number,
  last: Way,
): readonly Link[] {
  const path: { from: Point; to: Point; edge: Edge }[] = [];
  for (let way: Way | undefined = last; way !== undefined; way = ways.get(way.from)) {
    path.unshift({
      from: points[way.from] as Point,
      to: points[way.edge.to] as Point,
      edge: way.edge,
    });
    if (way.from === start) break;
  }
  const links: Link[] = [];
  let left: Point | undefined;
  for (const { from, to, edge } of path) {
    if (edge.kind === undefined) continue;
    if (from.is !== "clock") left = from;
    if (to.is === "clock" || left === undefined) continue;
    links.push({ from: left, to, edge: { ...edge, kind: edge.kind } });
  }
  return links;
}

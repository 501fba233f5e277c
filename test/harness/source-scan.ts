/** Reads the project's source for what imports what; for the tests of the boundaries between the parts. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { root } from './build.ts';

export interface Import {
  /** What stands between the quotes. */
  specifier: string;
  /** `import type` and `export type`: gone at run time. */
  typeOnly: boolean;
}

// Statements start a line (comments and strings that speak of imports do not); a dynamic import may stand anywhere.
const STATEMENT = /^[ \t]*(?:import|export)\s+(?:(type)\s+(?!from\b))?(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]/gm;
const DYNAMIC = /(typeof\s+)?\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;

/** All imports of a source text, in no certain order. */
export function importsOf(source: string): Import[] {
  const code = withoutComments(source);
  const statements = Array.from(code.matchAll(STATEMENT), (match) => ({ specifier: match[2] ?? '', typeOnly: match[1] === 'type' }));
  const dynamic = Array.from(code.matchAll(DYNAMIC), (match) => ({ specifier: match[2] ?? '', typeOnly: match[1] !== undefined }));
  return [...statements, ...dynamic];
}

/** The source without its comments. Knows strings and templates, so that `'https://…'` stays whole. */
export function withoutComments(source: string): string {
  return source.replace(/('(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`)|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, (_, text: string | undefined) => text ?? '');
}

/** Source files of the given folders, as paths from the root with forward slashes. */
export function sourceFiles(...folders: string[]): string[] {
  return globSync(folders.map((folder) => `${folder}/**/*.{ts,tsx,js,mjs}`), { cwd: root }).toSorted();
}

/** The text of a file of the project. */
export function sourceOf(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

/** Where a relative import leads, as a path from the root; null for packages and built-in modules. */
export function target(file: string, specifier: string): string | null {
  return specifier.startsWith('.') ? relative(root, join(root, dirname(file), specifier)) : null;
}

/** The first circle found in a graph, as the files along it, or null. */
export function findCycle(graph: ReadonlyMap<string, readonly string[]>): string[] | null {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): string[] | null => {
    const at = path.indexOf(file);
    if (at >= 0) return [...path.slice(at), file];
    if (done.has(file)) return null;
    path.push(file);
    for (const next of graph.get(file) ?? []) {
      const cycle = visit(next);
      if (cycle) return cycle;
    }
    path.pop();
    done.add(file);
    return null;
  };
  for (const file of graph.keys()) {
    const cycle = visit(file);
    if (cycle) return cycle;
  }
  return null;
}

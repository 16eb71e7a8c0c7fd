export type Mutant = { readonly id: string; readonly path: string; readonly line: number; readonly source: string };
export function codeOf(source: string): string;
export function mutantsOf(path: string, source: string): readonly Mutant[];
export function sampleOf(mutants: readonly Mutant[], count: number): readonly Mutant[];

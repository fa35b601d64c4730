/** Blank forms that lie beside the records made from them: `template.md`, `ADR-000-template.md`, `ADR-NNN-template.md`. */
const TEMPLATE = /\/(?:(?:ADR|VA)[-_](?:0{1,6}[-_]|N{1,6}[-_]|X{1,6}[-_])?)?_?template\.md$/i

/** Nothing is expected of them. */
export const isTemplate = (path: string): boolean => TEMPLATE.test(path)

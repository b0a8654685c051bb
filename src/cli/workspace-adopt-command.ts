/** temp */
export async function workspaceAdoptCommand(d: string): Promise<number> { void d; return 0; }

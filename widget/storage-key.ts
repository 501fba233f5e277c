/** The name under which everything of a workspace is kept in the visitor's browser. Its key in localStorage appears with the first message. */
export function storageKey(workspace: string): string {
  return `miradesk:${workspace}`;
}

/** Where answers of a form are kept until it is sent: in the tab. */
export function formKey(workspace: string): string {
  return `${storageKey(workspace)}:form`;
}

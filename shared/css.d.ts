/** Stylesheets: text for a constructable stylesheet in the widget, a side effect in the console (see esbuild.config.mjs). */
declare module '*.css' {
  const text: string;
  export default text;
}

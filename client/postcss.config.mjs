// Next takes a default export only.
export default { plugins: { '@tailwindcss/postcss': {} } };

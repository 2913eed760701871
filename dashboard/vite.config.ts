import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** Where `vite dev` finds the server's API; the built pages are served by the server itself. */
const devServer = process.env.STILLWATCH_PUBLIC_URL ?? 'http://127.0.0.1:8080'

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // A data: URI would need its own exception in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // Schemas are built by pure calls: a page that only wants a list of words from the contract must not bring typebox along.
      treeshake: {
        manualPureFunctions: ['Type', 'Page', 'Secret'],
        moduleSideEffects: [{ test: /[\\/](typebox|contract)[\\/]/, sideEffects: false }],
      },
      output: {
        // Else every small part that two pages share becomes a file of its own.
        codeSplitting: { groups: [{ name: 'shared', minShareCount: 7 }] },
      },
    },
  },
  server: {
    proxy: { '/api': devServer, '/live': { target: devServer, ws: true } },
  },
})

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
      // Schemas are built by pure calls: a file that only wants a list of words from the contract must not bring typebox along.
      treeshake: { manualPureFunctions: ['Type', 'Page', 'Secret'] },
    },
  },
  server: {
    proxy: { '/api': devServer, '/live': { target: devServer, ws: true } },
  },
})

import react from '@vitejs/plugin-react'
import mantine from 'postcss-preset-mantine'
import { defaultClientConditions, defineConfig } from 'vite'

// The server serves the result from its own origin under `script-src 'self'`: no inline script, nothing external.
export default defineConfig({
  // Everything is addressed from the page's base, which the server sets to the path of its public address.
  base: './',
  plugins: [react()],
  // What comes from the server's package is read from its sources, so that the page needs nothing built before.
  resolve: { conditions: ['source', ...defaultClientConditions] },
  css: { postcss: { plugins: [mantine()] } },
  build: {
    outDir: '../server/public',
    emptyOutDir: true,
    sourcemap: false,
    target: 'es2022',
    // Fonts or images inlined as data: would need a wider policy than img-src.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
})

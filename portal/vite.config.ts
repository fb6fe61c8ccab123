import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// MATTA_PORTAL_OUT: where the built files go; ./dev sets it, so that a build never writes into the sources.
export default defineConfig({
  plugins: [react()],
  build: {
    outDir: process.env["MATTA_PORTAL_OUT"] ?? "dist",
    emptyOutDir: true,
    manifest: true, // read by local/portal/size.py
    target: "es2022",
    sourcemap: false,
    assetsInlineLimit: 0, // data: URLs are not in the page's Content-Security-Policy
  },
});

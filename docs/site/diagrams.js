// SPDX-License-Identifier: Apache-2.0
// Draws every diagram of a page. Nothing is loaded from elsewhere: mermaid.min.js lies beside it.
document.addEventListener("DOMContentLoaded", function () {
  mermaid.initialize({
    startOnLoad: false,
    theme: "neutral",
    securityLevel: "strict",
    deterministicIds: true, // else two that are drawn in the same millisecond have one name
  });
  mermaid.run({ querySelector: ".diagram" });
});

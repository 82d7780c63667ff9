// Conveniences only: the dress switch, "/" for search, Ctrl+Enter to run SQL. All works without.
(() => {
  const root = document.documentElement;
  const button = document.querySelector("button.dress");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.dress || (dark.matches ? "dark" : "light")) === "dark";
  const tell = () => button.setAttribute("aria-label", isDark() ? "Light dress" : "Dark dress");
  button.hidden = false;
  tell();
  dark.addEventListener("change", tell);
  button.addEventListener("click", () => {
    root.dataset.dress = isDark() ? "light" : "dark";
    try { localStorage.setItem("dress", root.dataset.dress); } catch { /* kept for this page only */ }
    tell();
  });

  // The newest first: a timeline that is wider than the screen is shown at its end.
  for (const one of document.querySelectorAll(".timeline .thread-picture")) one.scrollLeft = one.scrollWidth;

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      (document.querySelector("main input[type=search]") || document.getElementById("find")).focus();
    }
    const sql = event.target.closest("textarea[name=sql]");
    if (sql && event.key === "Enter" && (event.ctrlKey || event.metaKey)) sql.form.requestSubmit();
  });
})();

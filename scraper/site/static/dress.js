// The dress a visitor chose earlier, put on before anything is drawn.
(() => {
  try {
    const dress = localStorage.getItem("dress");
    if (dress === "dark" || dress === "light") document.documentElement.dataset.dress = dress;
  } catch { /* storage is refused: the system's choice stays */ }
})();

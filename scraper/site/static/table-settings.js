// What Datasette's table.js wants to know, from the page instead of an inline script.
var DATASETTE_ALLOW_FACET = document.querySelector("meta[name=allow-facet]").content === "true";

// Package hold stops everything that burdens, and lets it go again.
package hold

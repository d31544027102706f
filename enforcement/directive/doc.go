// Package directive tells each organisation what to do, version by version, and keeps how far each got.
package directive

// Package body reads the JSON body of a request so that two readings of it cannot
// differ. It knows nothing of the interface: its tests and its fuzz target are
// built without it.
package body

package vault

import "errors"

// The errors a caller can tell apart with errors.Is. Their texts carry ids,
// versions and field names, never what was sealed.
var (
	// ErrShredded: there is no wrapped key (empty or NULL), so the subject was
	// shredded and what was sealed for it is lost for good.
	ErrShredded = errors.New("no wrapped key: the subject was shredded")

	// ErrKeyUnknown: the key version is well formed but not in hand. Either it
	// was retired, or another process rotated and Reload has not run yet.
	ErrKeyUnknown = errors.New("key version not in hand")

	// ErrTampered: the bytes were changed, cut, or sealed for another subject,
	// field or purpose. Which of these cannot be told.
	ErrTampered = errors.New("does not open: changed, or sealed for something else")

	// ErrMode: the key file can be reached by others: a permission for group or
	// world, another owner, a symbolic link, or not a regular file.
	ErrMode = errors.New("key file is not private to this user")

	// ErrDemoKey: the key file was made for demonstration and the vault was
	// opened for production.
	ErrDemoKey = errors.New("key file was made for demonstration")

	// ErrProductionKey: the key file was made for production and the vault was
	// opened as a demo, whose data must never be sealed with real keys.
	ErrProductionKey = errors.New("key file was made for production")

	// ErrFormat: the key file is damaged, edited by hand, or of a layout this
	// program does not know. It is never overwritten.
	ErrFormat = errors.New("not a sound key file")

	// ErrReplaced: the key file on disk does not continue the one in hand: of
	// another installation, older, or rotated apart on another machine.
	ErrReplaced = errors.New("key file does not continue the keys in hand")

	// ErrInUse: the version is current or prepared, so it cannot be retired.
	ErrInUse = errors.New("key version is in use")
)

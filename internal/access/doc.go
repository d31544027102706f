// Package access says who is asking: it issues bearer tokens and turns one back
// into an actor.
//
// A token is 32 random bytes in base64url behind a prefix, cct_, or cct_demo_ in
// a demonstration, so that a secret scanner finds it and a person sees what it
// is. Only its SHA-256 is stored. A slow password hash would add nothing: it
// makes guessing of likely secrets dear, and 256 random bits cannot be guessed
// at any price. Looking up by that hash also takes the place of a comparison in
// constant time: what an attacker varies is hashed first, so how far a wrong
// hash agrees with a stored one tells nothing about any token.
//
// Every request reads its token's row again, without a cache, so that a
// revocation holds from the next request on; it is one look-up by primary key.
//
// Expiry goes by machine time, never by legal time, which a demonstration moves.
package access

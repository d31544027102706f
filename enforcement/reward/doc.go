// Package reward keeps the entries on lists that reward, and their review.
package reward

// Package nanning is who there is in Nanning, as data: its intermediate court
// and the twelve district and county courts, which list, and the one
// organisation that stands there today for each body of the memoranda, which
// receives, and for each owner of a list that reaches Nanning. They are real public organisations, because a directive must say
// whom it is meant for; everything sent to them by this program's demonstration
// goes to a stand-in in its own process and bears 演示.
//
// organisations.yaml says of each row how well it is known to us. A body of 2016
// that was merged into another has no row of its own: [Organisations] follows
// the catalogue's successions on [On] and demands that every role that is held
// on that day is played by exactly one organisation or named among the [Gaps]
// with the reason. The list is never padded: nobody stands in it to make a
// figure larger.
//
// Unified social credit codes of the departments are not known and not invented.
package nanning

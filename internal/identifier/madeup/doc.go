// Package madeup makes numbers, names and case numbers for demonstrations,
// tests and benches. Numbers fit their checks and names say 演示 (demonstration),
// so that nobody takes them for a register's. A Maker repeats itself exactly
// for the same seed.
//
// A made personal number can by chance be one that a real person holds: the
// number space is densely used. Together with a made name it identifies nobody,
// because identity needs number and name; numbers from here must never be sent
// to a real register.
package madeup

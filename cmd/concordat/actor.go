package main

import (
	"context"
	"fmt"
	"os"
	"os/user"
	"strings"

	"golang.org/x/term"

	"concordat/enforcement"
)

// tokenVariable names the environment variable of the token of who runs a command. It is
// a person's: a file of the service's settings does not set it.
const tokenVariable = "CONCORDAT_TOKEN"

// tokenHelp is shown by the commands that a token makes.
const tokenHelp = "Who does it is whom the token in " + tokenVariable + " names, in its role and for its organisation; " +
	"without the variable a terminal is asked for it."

// token is the one that a person brought along: in the environment, or typed where a
// terminal is there to ask. Empty: none.
func (a *app) token() (string, error) {
	if a.Token != nil {
		return a.Token(), nil
	}
	if given := strings.TrimSpace(os.Getenv(tokenVariable)); given != "" {
		return given, nil
	}
	if !term.IsTerminal(int(os.Stdin.Fd())) {
		return "", nil
	}
	fmt.Fprint(a.Err, "访问令牌 token: ")
	typed, err := term.ReadPassword(int(os.Stdin.Fd()))
	fmt.Fprintln(a.Err)
	if err != nil {
		return "", fmt.Errorf("read the token: %w", err)
	}
	return strings.TrimSpace(string(typed)), nil
}

// account is who runs the command as the operating system has it: through sudo the
// person behind it.
func (a *app) account() (string, error) {
	if a.Account != nil {
		return a.Account(), nil
	}
	name := os.Getenv("SUDO_USER")
	if name == "" {
		who, err := user.Current()
		if err != nil {
			return "", fmt.Errorf("ask who runs the command: %w", err)
		}
		name = who.Username
	}
	return enforcement.AccountPrefix + name, nil
}

// actBy is the act of whom the token names, in its role and for its organisation.
// Without a token nobody acts (token.missing).
func (o *office) actBy(ctx context.Context, a *app) (enforcement.Act, error) {
	token, err := a.token()
	if err != nil {
		return enforcement.Act{}, err
	}
	actor, err := o.tokens.Authenticate(ctx, token)
	if err != nil {
		return enforcement.Act{}, fmt.Errorf("act by %s: %w", tokenVariable, err)
	}
	return enforcement.Act{At: now(), Actor: actor}, nil
}

// actOn is [office.actBy] on what an id names.
func (o *office) actOn(ctx context.Context, a *app, text string) (act enforcement.Act, id enforcement.ID, err error) {
	if id, err = enforcement.ParseID(text); err == nil {
		act, err = o.actBy(ctx, a)
	}
	return act, id, err
}

// actAs is [office.actBy] of somebody in one of the roles (role.forbidden).
func (o *office) actAs(ctx context.Context, a *app, roles ...enforcement.Role) (enforcement.Act, error) {
	act, err := o.actBy(ctx, a)
	if err != nil {
		return act, err
	}
	return act, act.Check(roles...)
}

// actAsOperator is the act of an operator's token; where none was brought along it is the
// account's, which may do no more than begin: the doors ask.
func (o *office) actAsOperator(ctx context.Context, a *app) (enforcement.Act, error) {
	token, err := a.token()
	if err != nil {
		return enforcement.Act{}, err
	}
	if token == "" {
		return actByAccount(a)
	}
	return o.actAs(ctx, a, enforcement.Operator)
}

// actByAccount is the act of the account that runs the command, for what needs no token.
func actByAccount(a *app) (enforcement.Act, error) {
	name, err := a.account()
	if err != nil {
		return enforcement.Act{}, err
	}
	return enforcement.Act{At: now(), Actor: enforcement.Actor{ID: name, Role: enforcement.Operator}}, nil
}

// sameAccount reports whether who placed something is the account that runs the command.
func sameAccount(placedBy, account string) bool {
	return strings.HasPrefix(placedBy, enforcement.AccountPrefix) && placedBy == account
}

package api

import (
	"reflect"
	"regexp"

	"github.com/danielgtaylor/huma/v2"
)

// typeNames names schemas that are called otherwise than their Go type, by the
// type's import path and name. What a schema is called is part of the interface.
var typeNames = map[string]string{}

var qualified = regexp.MustCompile(`[\w./-]+\.(\w+)`)

// schemaName is the name of a type's schema: the type's own, also where it stands
// as the argument of another.
func schemaName(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if name, ok := typeNames[t.PkgPath()+"."+t.Name()]; ok {
		return name
	}
	name := qualified.ReplaceAllStringFunc(t.Name(), func(full string) string {
		if name, ok := typeNames[full]; ok {
			return name
		}
		return full
	})
	if name == t.Name() {
		return huma.DefaultSchemaNamer(t, hint)
	}
	return huma.DefaultSchemaNamer(reflect.TypeFor[struct{}](), name)
}

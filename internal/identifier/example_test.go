package identifier_test

import (
	"fmt"

	"concordat/internal/identifier"
)

// A number is brought into one form and checked by its own check character. An error says
// where, and never repeats the number.
func ExampleParse() {
	id, err := identifier.Parse(identifier.ResidentID, "", "110105 19491231 002x")
	if err != nil {
		fmt.Println(err)
		return
	}
	birth, _ := id.Birth()
	sex, _ := id.Sex()
	fmt.Println(id.Number, birth, sex)
	fmt.Println(id.Masked())

	_, err = identifier.Parse(identifier.ResidentID, "", "110105194912310021")
	fmt.Println(err)
	// Output:
	// 11010519491231002X 1949-12-31 female
	// 110105************
	// identifier.check-digit position=18
}

package api_test

// wordsBody are public words that hold nothing to hide.
func wordsBody() object {
	return object{"obligation": "演示:支付货款", "conduct": "演示:有履行能力而拒不履行", "basis_document": "(2024)桂0103民初1号", "basis_unit": "演示法院"}
}

// Package replan lets live grounds follow a changed plan.
package replan

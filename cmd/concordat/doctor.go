package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"concordat/internal/doctor"
)

type doctorCmd struct {
	installation

	JSON bool `help:"Print the report as one JSON object."`
}

// Run examines the installation without opening it, so that nothing is migrated,
// started or made. It fails if there is a fault.
func (c *doctorCmd) Run(a *app) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	report := doctor.Examine(ctx, doctor.Config{
		Data: c.Data, DatabaseURL: c.DatabaseURL, Attestations: os.Getenv("CONCORDAT_ATTESTATIONS"), Connections: c.Connections, Machine: now, Legal: now,
	})
	if c.JSON {
		if err := json.NewEncoder(a.Out).Encode(report); err != nil {
			return fmt.Errorf("print the report: %w", err)
		}
	} else if err := doctor.Print(plain(a.Out), report); err != nil {
		return err
	}
	if !report.Healthy() {
		return errors.New("the doctor found faults")
	}
	return nil
}

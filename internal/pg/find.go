package pg

import "path/filepath"

// FindCluster returns the URL of the private server that runs on a directory, or
// none if no server accepts connections there. It starts nothing, makes nothing
// and claims nothing.
func FindCluster(dir string) (url string, err error) {
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return "", err //nolint:wrapcheck // a path error names what was done
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return "", err //nolint:wrapcheck // likewise
	}
	data := filepath.Join(dir, "data")
	file, err := readPidFile(data)
	if err != nil || !serves(file.pid, data) || file.status != "ready" {
		return "", err
	}
	return (&Cluster{socket: file.socketDir, port: file.port}).URL(superuser), nil
}

module spandrel/oracle

go 1.19

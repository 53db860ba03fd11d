import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Caller, type Principal } from '../platform/http/principal.js';
import { Problems } from '../platform/http/problems.js';
import { Snapshots } from './snapshots.js';
import { type Snapshot, syncSchema } from './sync.dto.js';

@ApiTags('events')
@Controller('v1/sync')
export class SyncController {
  constructor(private readonly snapshots: Snapshots) {}

  @Get()
  @ApiOperation({ operationId: 'getSnapshot', summary: 'All that a device starts with' })
  @ApiOkResponse({
    standardSchema: syncSchema,
    description: 'A complete snapshot, and the cursor to go on from.',
  })
  @Problems()
  get(@Caller() caller: Principal): Promise<Snapshot> {
    return this.snapshots.of(caller);
  }
}

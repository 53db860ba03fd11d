import { Body, Controller, Param, Patch } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Caller, type Principal, Roles } from '../platform/http/principal.js';
import { Problems, withBody } from '../platform/http/problems.js';
import {
  type ChangeAccountInput,
  type UserResponse,
  changeAccountSchema,
  userResponseSchema,
} from '../users/users.dto.js';
import { AdministerAccount } from './administer-account.js';

@ApiTags('admin')
@Roles('admin')
@Controller('v1/users')
export class AccountsController {
  constructor(private readonly accounts: AdministerAccount) {}

  @Patch(':id')
  @ApiOperation({
    operationId: 'changeAccount',
    summary: 'Disable or enable a user, or give them another role',
    description:
      'Who is disabled is out within a second on every node, and their API keys end; who gets another role has to log in again. Repeated, it changes nothing.',
  })
  @ApiOkResponse({ standardSchema: userResponseSchema, description: 'The user, as they are now.' })
  @Problems(
    ...withBody,
    'auth.not_allowed',
    'user.not_found',
    'user.role_fixed',
    'user.last_admin',
    'service.outcome_unknown',
  )
  async change(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Body({ schema: changeAccountSchema }) wanted: ChangeAccountInput,
  ): Promise<UserResponse> {
    return { user: await this.accounts.change(caller, id, wanted) };
  }
}
